using System.IO.Compression;
using System.Xml.Linq;

namespace FunctionsConsumers.IntegrationTests.Feeds;

/// <summary>The probe on feeds made for the purpose: folders with and without the packages, and none at all.</summary>
public sealed class ProbeTests : IDisposable
{
    private static readonly string[] Files = ["Directory.Solution.targets", "Directory.Packages.props", "global.json"];

    private readonly string _folder = Directory.CreateTempSubdirectory("probe-").FullName;
    private readonly string _feed;

    public ProbeTests()
    {
        _feed = Path.Combine(_folder, "the feed");
        Directory.CreateDirectory(_feed);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Dotnet.Repository, "build/feed"), "*", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .Concat(Files.Select(name => Path.Combine(Dotnet.Repository, name))))
        {
            var copy = Path.Combine(_folder, Path.GetRelativePath(Dotnet.Repository, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        File.WriteAllText(Path.Combine(_folder, "Empty.sln"), "Microsoft Visual Studio Solution File, Format Version 12.00\n");
    }

    private string Answer => Path.Combine(_folder, "obj/feed/feed.props");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_feed_that_has_one_of_the_genuine_packages_in_a_later_version_only_lacks_them()
    {
        await PackAsync(id => id != "Azure.Data.Tables", version => version);
        await PackAsync(id => id == "Azure.Data.Tables", _ => "99.0.0");
        await ProbeAsync();

        Assert.Equal(("true", "false"), Answers());
    }

    [Fact]
    public async Task A_feed_out_of_reach_stops_the_build_and_leaves_no_answer()
    {
        Directory.Delete(_feed);
        var (exitCode, output) = await RunAsync();

        Assert.Equal(1, exitCode);
        Assert.Single(output.Split('\n'), line => line.Contains(": error", StringComparison.Ordinal));
        Assert.Contains("The package feed could not be probed: error NU1301", output, StringComparison.Ordinal);
        Assert.Contains("dotnet nuget list source", output, StringComparison.Ordinal);
        Assert.False(File.Exists(Answer));
    }

    [Fact]
    public async Task A_feed_without_the_packages_lacks_both_and_is_asked_again_only_when_the_packages_change()
    {
        await ProbeAsync();
        Assert.Equal(("true", "true"), Answers());

        File.SetLastWriteTimeUtc(Answer, new DateTime(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var (_, again) = await RunAsync();
        Assert.DoesNotContain("Probing", again, StringComparison.Ordinal);

        await PackAsync(_ => true, version => version);
        File.SetLastWriteTimeUtc(Answer, new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await ProbeAsync();
        Assert.Equal(("false", "false"), Answers());
    }

    [Fact]
    public async Task Nothing_is_probed_where_both_answers_are_given()
    {
        Directory.Delete(_feed);
        var (exitCode, output) = await RunAsync("-p:UseStandIns=true", "-p:FeedLacksLibrdkafka=true");

        Assert.True(exitCode == 0, output);
        Assert.False(File.Exists(Answer));
    }

    private async Task ProbeAsync()
    {
        var (exitCode, output) = await RunAsync();
        Assert.True(exitCode == 0, output);
        Assert.Contains("Probing the package feed", output, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => Dotnet.RunAsync(
        _folder,
        new Dictionary<string, string> { ["NUGET_PACKAGES"] = Path.Combine(_folder, "packages") },
        ["msbuild", "Empty.sln", "-nologo", "-tl:off", "-t:ProbeFeed", "-p:RestoreSources=" + _feed, .. arguments]);

    private (string? Genuine, string? Librdkafka) Answers()
    {
        var properties = XDocument.Load(Answer).Root!.Element("PropertyGroup")!;
        return (properties.Element("FeedLacksGenuinePackages")?.Value, properties.Element("FeedLacksLibrdkafka")?.Value);
    }

    /// <summary>Puts empty packages of those names into the feed: enough for a restore.</summary>
    private async Task PackAsync(Func<string, bool> which, Func<string, string> versionOf)
    {
        var group = XDocument.Load(Path.Combine(_folder, "Directory.Packages.props")).Root!.Elements("ItemGroup").First(items => items.Attribute("Label") is not null);
        foreach (var package in group.Elements("PackageVersion"))
        {
            var (id, version) = ((string)package.Attribute("Include")!, versionOf((string)package.Attribute("Version")!));
            if (!which(id))
            {
                continue;
            }

            await using var file = File.Create(Path.Combine(_feed, $"{id}.{version}.nupkg"));
            await using var archive = new ZipArchive(file, ZipArchiveMode.Create);
            await using var nuspec = new StreamWriter(await archive.CreateEntry(id + ".nuspec").OpenAsync(TestContext.Current.CancellationToken));
            await nuspec.WriteAsync($"<package><metadata><id>{id}</id><version>{version}</version><authors>test</authors><description>test</description></metadata></package>");
        }
    }
}
