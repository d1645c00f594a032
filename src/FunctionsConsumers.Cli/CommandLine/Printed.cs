namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>Texts of producers as a terminal gets them: what would move the cursor or change the colour is not printed as it is.</summary>
internal static class Printed
{
    /// <summary>A text without control characters.</summary>
    public static string Of(string? text) =>
        string.Concat((text ?? "").Select(character => char.IsControl(character) ? '\uFFFD' : character));
}
