namespace FunctionsConsumers.UnitTests.Layout;

/// <summary>Lines fit a screen: below 140 characters in src, tests and examples, without exception.</summary>
public sealed class LineLengthTests
{
    private const int Limit = 140;

    /// <summary>The repository's folder.</summary>
    internal static readonly string Repository = FindRepository();

    [Fact]
    public void A_line_is_below_140_characters()
    {
        var longer = Sources().SelectMany(LongLines).ToList();

        Assert.True(longer.Count == 0, $"{longer.Count} lines are too long:\n{string.Join('\n', longer)}");
    }

    private static IEnumerable<string> LongLines(string file) => File.ReadLines(Path.Combine(Repository, file))
        .Select((line, index) => (Number: index + 1, line.Length))
        .Where(line => line.Length >= Limit)
        .Select(line => $"{file}:{line.Number} has {line.Length} characters");

    private static IEnumerable<string> Sources() => ((string[])["src", "tests", "examples"])
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository, folder), "*.cs", SearchOption.AllDirectories))
        .Select(file => Path.GetRelativePath(Repository, file))
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    private static string FindRepository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "FunctionsConsumers.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("no FunctionsConsumers.sln above the tests");
        }

        return folder;
    }
}
