using System.Text.RegularExpressions;
using FunctionsConsumers.IntegrationTests.Feeds;

namespace FunctionsConsumers.IntegrationTests.Documentation;

/// <summary>What the documents name is there: files, headings, tests, mutants, invariants, commands, code.</summary>
public sealed partial class DocumentsTests
{
    /// <summary>Every document of the repository, by its path in it.</summary>
    public static TheoryData<string> Documents() => [.. DocumentBlock.Documents];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_leads_somewhere(string document)
    {
        var text = Read(document);
        var links = Links().Matches(text).Select(match => match.Groups["to"].Value);
        foreach (var link in links.Where(link => !link.Contains(':', StringComparison.Ordinal)))
        {
            var parts = link.Split('#');
            var target = parts[0].Length == 0 ? At(document) : Path.GetFullPath(Path.Combine(At(document), "..", parts[0]));
            Assert.True(Path.Exists(target), $"{document} links to {link}, and there is no such file");
            if (parts.Length > 1)
            {
                Assert.True(
                    Headings(File.ReadAllText(target)).Contains(parts[1]), $"{document} links to {link}, and there is no such heading");
            }
        }
    }

    [Fact]
    public void Every_test_that_the_guarantees_name_exists()
    {
        var named = TestName().Matches(Read("docs/guarantees.md")).Select(match => match.Groups["name"].Value)
            .ToHashSet(StringComparer.Ordinal);
        Assert.True(named.Count > 30, "The guarantees name fewer tests than they should.");

        var there = Sources("tests").SelectMany(source => Method().Matches(source)).Select(match => match.Groups["name"].Value)
            .ToHashSet(StringComparer.Ordinal);

        Assert.Empty(named.Except(there));
    }

    [Fact]
    public void Every_mutant_that_the_guarantees_name_exists()
    {
        var named = Mutants().Matches(Read("docs/guarantees.md")).SelectMany(match => match.Groups["name"].Captures)
            .Select(capture => capture.Value)
            .ToList();
        Assert.True(named.Count > 10, "The guarantees name fewer mutants than they should.");

        Assert.All(named, name => Assert.True(File.Exists(At($"tests/FunctionsConsumers.SimulationTests/Mutants/{name}.patch")), name));
    }

    [Fact]
    public void Every_invariant_that_the_guarantees_name_is_one_of_the_model_and_none_is_left_out()
    {
        var model = Directory.EnumerateFiles(At("docs/spec"), "*.tla").Select(File.ReadAllText).ToList();
        var rows = Read("docs/guarantees.md").Split("## Promise, invariant, test")[1].Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Skip(1);
        var named = rows.SelectMany(row => Word().Matches(row.Split('|')[2])).Select(match => match.Groups["name"].Value)
            .ToHashSet(StringComparer.Ordinal);
        Assert.All(named, name => Assert.True(
            model.Exists(text => Regex.IsMatch(text, $@"^{name}\s*==", RegexOptions.Multiline)), $"{name} is no definition of the model"));

        var table = Read("docs/spec/README.md").Split("## Promise, invariant")[1].Split("\n## ")[0].Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Skip(1);
        Assert.Equal(
            table.SelectMany(row => Word().Matches(row.Split('|')[2])).Select(match => match.Groups["name"].Value)
                .Order(StringComparer.Ordinal),
            named.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_setting_of_the_readme_is_read_by_the_code()
    {
        var code = string.Concat(Sources("src").Where(source => !source.Contains("namespace Azure.", StringComparison.Ordinal)));
        var rows = Read("README.md").Split("## Settings")[1].Split("\n## ")[0].Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        var settings = rows.SelectMany(row => Setting().Matches(row.Split('|')[1])).Select(match => match.Groups["name"].Value).ToList();
        Assert.Contains("KafkaDeadLetters__<group>__Password", settings);

        // The first part is a section, the last one the setting; what stands between is an index or a group.
        Assert.All(settings.SelectMany(setting => setting.Split("__")).Where(part => part.All(char.IsLetter)),
            part => Assert.True(Regex.IsMatch(code, $@"""{part}""|nameof\((\w+\.)*{part}\)"), $"no code reads {part}"));
    }

    // As GitHub makes them of headings.
    private static HashSet<string> Headings(string text) => [.. Heading().Matches(text)
        .Select(match => Regex.Replace(match.Groups["text"].Value.Trim().ToLowerInvariant(), @"[^\w\- ]", "").Replace(' ', '-'))];

    private static string At(string path) => Path.Combine(Dotnet.Repository, path);

    private static string Read(string path) => File.ReadAllText(At(path));

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(At(folder), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
        .Select(File.ReadAllText);

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"^#+ (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"`(?<name>[A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+){3,})`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"public (?:async )?(?:Task|void) (?<name>\w+)\(")]
    private static partial Regex Method();

    [GeneratedRegex(@"mutants? (?:`(?<name>[a-z-]+)`(?:, )?)+")]
    private static partial Regex Mutants();

    [GeneratedRegex(@"`(?<name>[A-Za-z_0-9]+)`")]
    private static partial Regex Word();

    [GeneratedRegex(@"`(?<name>[A-Za-z_0-9<>]+)`")]
    private static partial Regex Setting();
}
