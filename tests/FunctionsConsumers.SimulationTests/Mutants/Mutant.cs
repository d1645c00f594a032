using System.Text.RegularExpressions;

namespace FunctionsConsumers.SimulationTests.Mutants;

/// <summary>
/// A deliberate fault in the library, as a patch kept beside the simulation: a sentence that says what is wrong, what the
/// oracle is expected to find, and the unified diff.
/// </summary>
/// <param name="Name">The patch's file name, without its ending.</param>
/// <param name="File">The patch.</param>
/// <param name="Finding">A regular expression that fits what the oracle finds.</param>
internal sealed partial record Mutant(string Name, string File, string Finding)
{
    /// <summary>Every mutant, by name.</summary>
    /// <param name="root">The repository.</param>
    public static IEnumerable<Mutant> All(string root) =>
        Directory.EnumerateFiles(Path.Combine(root, "tests", "FunctionsConsumers.SimulationTests", "Mutants"), "*.patch").Order(StringComparer.Ordinal).Select(Read);

    /// <summary>Whether it is what the oracle was expected to find.</summary>
    /// <param name="finding">What it found.</param>
    public bool IsExpected(string finding) => Regex.IsMatch(finding, Finding);

    private static Mutant Read(string file) => new(
        Path.GetFileNameWithoutExtension(file),
        file,
        FindingLine().Match(System.IO.File.ReadAllText(file)) is { Success: true } line
            ? line.Groups[1].Value.Trim()
            : throw new InvalidDataException($"{file} does not say what the oracle is expected to find: give it a line 'Finding: <regular expression>'."));

    [GeneratedRegex("^Finding: (.+)$", RegexOptions.Multiline)]
    private static partial Regex FindingLine();
}
