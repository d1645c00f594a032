namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>Whether the tables that were named know the groups at all.</summary>
internal static class KnownGroups
{
    /// <summary>Says that none of them is known.</summary>
    public static CommandException None(IReadOnlyList<string> groups) =>
        new($"the tables hold nothing of {string.Join(", ", groups)}: start ./run once, or check --tables (setting OrderTables)");
}
