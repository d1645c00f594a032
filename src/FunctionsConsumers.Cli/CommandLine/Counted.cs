using System.Globalization;

namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>Numbers of things, in words for a person.</summary>
internal static class Counted
{
    /// <summary>A number and its thing.</summary>
    public static string Of(long count, string one) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {one}{(count == 1 ? "" : "s")}");
}
