using System.CommandLine;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Cli.Lab.Kill;

namespace FunctionsConsumers.Cli.Lab;

/// <summary><c>fc lab</c>.</summary>
internal static class LabCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="caller">Who calls.</param>
    /// <returns>The command.</returns>
    public static Command Create(Caller caller) => new("lab", "Proofs under failure.")
    {
        KillCommand.Create(caller),
    };
}
