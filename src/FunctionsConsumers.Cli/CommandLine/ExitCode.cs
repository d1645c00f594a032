namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>The exit codes of every command (contract, section 7).</summary>
internal static class ExitCode
{
    /// <summary>Good.</summary>
    public const int Good = 0;

    /// <summary>The thing asked about is not good: lost, doubled, not found.</summary>
    public const int NotGood = 1;

    /// <summary>Could not be done: usage, setting, unreachable, time-out.</summary>
    public const int NotDone = 2;
}

/// <summary>The command could not be done. The message is one line that names the option or setting and the fix.</summary>
internal sealed class CommandException(string message, Exception? innerException = null) : Exception(message, innerException);
