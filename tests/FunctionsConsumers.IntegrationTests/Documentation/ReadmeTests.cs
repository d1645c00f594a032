using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Cli.Lab;
using FunctionsConsumers.IntegrationTests.Cli;
using FunctionsConsumers.IntegrationTests.Feeds;
using FunctionsConsumers.Lab.Guarantees;

namespace FunctionsConsumers.IntegrationTests.Documentation;

/// <summary>What README.md shows under a command is what the command prints, and what it says of the repository is there.</summary>
public sealed partial class ReadmeTests : IAsyncDisposable
{
    private const string Readme = "README.md";

    private readonly Fc _fc = new();

    public ValueTask DisposeAsync() => _fc.DisposeAsync();

    [Fact]
    public async Task The_first_order_prints_what_is_shown()
    {
        var run = await _fc.StartAsync("run", "Stop:");
        var started = Lines(Steady(run.Result.Out + run.Result.Error));
        Assert.All(
            Lines(Steady(ShownUnder("./run"))).Where(line => !line.Contains("… the other", StringComparison.Ordinal)),
            line => Assert.Contains(line, started));

        var produce = Command("./fc produce");
        var produced = await _fc.RunAsync(Arguments(produce));

        // Results and what is said beside them come by two ways, so their order is not compared.
        Assert.Equal(Lines(Steady(ShownUnder(produce))).Order(), Lines(Steady(produced.Error + produced.Out)).Order());

        var show = Command("./fc order show");
        var (shown, told) = (Steady(ShownUnder(show)), "");
        await LocalHost.Eventually.TrueAsync(
            async () => (told = Steady((await _fc.RunAsync(Arguments(show))).Out)) == shown, "the order is told as it is shown");
        Assert.Equal(shown, told);
    }

    // The figures themselves are held by FcLabTests.
    [Fact]
    public void The_table_of_the_laboratory_is_shown_as_it_is_printed()
    {
        var figures = Enum.GetValues<Guarantee>().ToDictionary(
            one => one,
            one => Regex.Match(Read(Readme), $@"^  {one.Name()} +(\d+) +(\d+) +(\d+) +(\d+)$", RegexOptions.Multiline).Groups.Values
                .Skip(1).Select(figure => long.Parse(figure.Value, CultureInfo.InvariantCulture)).ToArray());
        using var @out = new StringWriter();
        LabCommand.Print(
            new Terminal(@out, @out, ShowsProgress: false),
            new LabReport(7, 500, 50, [.. figures.Select(row => new GuaranteeReport(
                row.Key.Name(), row.Key.Steps(), row.Value[0], row.Value[1], row.Value[2], row.Value[3], null,
                new FaultCounts(1, 1, 1, 1, 1), []))],
                true, [], 1));

        var table = Lines(@out.ToString()).SkipWhile(line => !line.StartsWith("  guarantee", StringComparison.Ordinal)).SkipLast(1);
        var shown = DocumentBlock.Of(Readme).First(block => block.Text.StartsWith("  guarantee", StringComparison.Ordinal)).Text;
        Assert.Equal(Lines(shown), table);
    }

    [Fact]
    public void Every_folder_of_the_sources_has_a_row_in_the_layout_and_every_row_is_a_folder()
    {
        var rows = FolderRow().Matches(Read(Readme)).Select(row => row.Groups["folder"].Value).ToList();

        Assert.All(rows, folder => Assert.True(Directory.Exists(Path.Combine(Dotnet.Repository, folder)), folder));
        Assert.Equal(
            Directory.EnumerateDirectories(Path.Combine(Dotnet.Repository, "src")).Select(folder => "src/" + Path.GetFileName(folder))
                .Order(StringComparer.Ordinal),
            rows.Where(folder => folder.StartsWith("src/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_project_references_what_the_contributors_read()
    {
        var rows = ProjectRow().Matches(Section(Read("CONTRIBUTING.md"), "Projects")).ToDictionary(
            row => row.Groups["project"].Value, row => row.Groups["to"].Captures.Select(to => to.Value).ToList());
        var sources = Path.Combine(Dotnet.Repository, "src");
        var references = Directory.EnumerateFiles(sources, "*.csproj", SearchOption.AllDirectories).ToDictionary(
            project => Path.GetFileNameWithoutExtension(project),
            project => XDocument.Load(project).Descendants("ProjectReference")
                .Select(to => Path.GetFileNameWithoutExtension((string)to.Attribute("Include")!)).Order(StringComparer.Ordinal));

        Assert.Equal(references.Keys.Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        Assert.All(references, project => Assert.Equal(project.Value, rows[project.Key]));
    }

    [Fact]
    public void Its_rows_of_the_comparison_stand_in_the_whole_one_and_each_system_of_that_has_its_sources()
    {
        var whole = Read("docs/comparison.md");
        var rows = Section(Read(Readme), "How it compares").Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).ToList();
        Assert.Equal(5, rows.Count);
        Assert.All(rows, row => Assert.Contains(row + "\n", whole, StringComparison.Ordinal));

        var systems = SystemRow().Matches(whole).Select(system => system.Groups["anchor"].Value).ToList();
        Assert.Equal(9, systems.Count);
        var sources = whole.Split("\n### ")[1..].ToDictionary(part => part.Split('\n')[0].ToLowerInvariant().Replace(' ', '-'));
        Assert.All(systems, system => Assert.Contains("](https://", sources[system], StringComparison.Ordinal));
    }

    [Fact]
    public void The_picture_says_in_words_what_it_shows_and_has_colours_for_the_dark()
    {
        var picture = XDocument.Load(Path.Combine(Dotnet.Repository, "docs/once.svg")).Root!;

        Assert.Equal("img", (string?)picture.Attribute("role"));
        Assert.All((string[])["title", "desc"], name => Assert.NotEmpty(picture.Element(picture.Name.Namespace + name)!.Value));
        Assert.Contains("prefers-color-scheme: dark", picture.Value, StringComparison.Ordinal);
        Assert.All(Picture().Matches(Read(Readme)),
            image => Assert.InRange(image.Groups["words"].Value.Length, 40, 300));
    }

    // The block after the command's own.
    private static string ShownUnder(string command)
    {
        var blocks = DocumentBlock.Of(Readme);
        var at = blocks.ToList().FindIndex(block => block.Language == "sh" && block.Commands().SequenceEqual([command]));
        return blocks[at + 1].Text;
    }

    private static string Command(string start) => DocumentBlock.Of(Readme).Where(block => block.Language == "sh")
        .SelectMany(block => block.Commands()).First(command => command.StartsWith(start, StringComparison.Ordinal));

    private static string Read(string path) => File.ReadAllText(Path.Combine(Dotnet.Repository, path));

    private static string Arguments(string command) => command["./fc ".Length..];

    private static string Section(string text, string heading) => text.Split($"\n## {heading}\n")[1].Split("\n## ")[0];

    private static string[] Lines(string text) => [.. text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];

    // Without what is another one each time: ports, times, durations.
    private string Steady(string text) => Changing().Replace(text.Replace(_fc.Home + "/", "", StringComparison.Ordinal), "#");

    [GeneratedRegex(@"(?<=127\.0\.0\.1:)\d+|\d\d-\d\d \d\d:\d\d:\d\d|\d+\.\d(?= s\b)")]
    private static partial Regex Changing();

    [GeneratedRegex(@"^\| `(?<folder>(?:src/[\w.]+|[a-z]+))` \|", RegexOptions.Multiline)]
    private static partial Regex FolderRow();

    [GeneratedRegex(@"^\| `(?<project>[\w.]+)` \|(?: (?:`(?<to>[\w.]+)`(?:, )?)+)? \|", RegexOptions.Multiline)]
    private static partial Regex ProjectRow();

    [GeneratedRegex(@"^\| [A-Z]{1,2} \| \[[^\]]+\]\(#(?<anchor>[\w-]+)\)", RegexOptions.Multiline)]
    private static partial Regex SystemRow();

    [GeneratedRegex(@"!\[(?<words>[^\]]*)\]")]
    private static partial Regex Picture();
}
