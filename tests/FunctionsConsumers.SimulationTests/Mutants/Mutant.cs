using System.Text.RegularExpressions;

namespace FunctionsConsumers.SimulationTests.Mutants;

/// <summary>
/// A deliberate fault in the library, as a patch kept beside the simulation: a sentence that says what is wrong, what the
/// oracle is expected to find, and the unified diff.
/// </summary>
/// <param name="Name">The patch's file name, without its ending.</param>
/// <param name="File">The patch.</param>
/// <param name="Finding">A regular expression that fits what the oracle finds.</param>
/// <param name="Histories">
/// In which histories it is to show: in those of a kind, or in those through the genuine client; null for any.
/// </param>
internal sealed partial record Mutant(string Name, string File, string Finding, string? Histories)
{
    private const string ThroughTheClient = "through the client";

    /// <summary>Every mutant, by name.</summary>
    /// <param name="root">The repository.</param>
    public static IEnumerable<Mutant> All(string root) =>
        Directory.EnumerateFiles(Path.Combine(root, "tests", "FunctionsConsumers.SimulationTests", "Mutants"),
            "*.patch").Order(StringComparer.Ordinal).Select(Read);

    /// <summary>Whether it shows only in histories that go through the genuine client.</summary>
    public bool IsOfTheClient => Histories == ThroughTheClient;

    /// <summary>The kind of the histories in which it is to show; null for any.</summary>
    public string? Kind => IsOfTheClient ? null : Histories;

    /// <summary>Whether it is what the oracle was expected to find.</summary>
    /// <param name="finding">What it found.</param>
    public bool IsExpected(string finding) => Regex.IsMatch(finding, Finding);

    private static Mutant Read(string file)
    {
        var patch = System.IO.File.ReadAllText(file);
        return new Mutant(
            Path.GetFileNameWithoutExtension(file),
            file,
            FindingLine().Match(patch) is { Success: true } line
                ? line.Groups[1].Value.Trim()
                : throw new InvalidDataException(
                    $"{file} does not say what the oracle is expected to find: give it a line 'Finding: <regular expression>'."),
            HistoriesLine().Match(patch) is { Success: true } histories ? histories.Groups[1].Value.Trim() : null);
    }

    [GeneratedRegex("^Finding: (.+)$", RegexOptions.Multiline)]
    private static partial Regex FindingLine();

    [GeneratedRegex("^Histories: (.+)$", RegexOptions.Multiline)]
    private static partial Regex HistoriesLine();
}
