namespace FunctionsConsumers.UnitTests.Layout;

/// <summary>Lines fit a screen: below 140 characters in src, tests and examples. LongLines.txt lists the files that are still to follow.</summary>
public sealed class LineLengthTests
{
    private const int Limit = 140;
    private const string RawString = "\"\"\"";

    /// <summary>The repository's folder.</summary>
    internal static readonly string Repository = FindRepository();

    private static readonly HashSet<string> StillToFollow =
        [.. File.ReadLines(Path.Combine(Repository, "tests/FunctionsConsumers.UnitTests/Layout/LongLines.txt"))];

    [Fact]
    public void A_line_is_below_140_characters()
    {
        var longer = Sources().Where(file => !StillToFollow.Contains(file)).SelectMany(LongLines).ToList();

        Assert.True(longer.Count == 0, $"{longer.Count} lines are too long:\n{string.Join('\n', longer)}");
    }

    [Fact]
    public void A_file_whose_lines_have_become_short_leaves_the_list() =>
        Assert.DoesNotContain(StillToFollow, file => !File.Exists(Path.Combine(Repository, file)) || !LongLines(file).Any());

    // A raw string, and a regular expression in a verbatim one, stand as they are.
    private static IEnumerable<string> LongLines(string file)
    {
        var isRaw = false;
        var number = 0;
        foreach (var line in File.ReadLines(Path.Combine(Repository, file)))
        {
            number++;
            var marks = line.Split(RawString).Length - 1;
            if (line.Length >= Limit && !isRaw && marks == 0 && !line.Contains("@\"", StringComparison.Ordinal))
            {
                yield return $"{file}:{number} has {line.Length} characters";
            }

            isRaw ^= marks % 2 == 1;
        }
    }

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
