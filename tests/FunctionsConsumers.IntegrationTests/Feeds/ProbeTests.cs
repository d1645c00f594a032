using System.IO.Compression;
using System.Xml.Linq;

namespace FunctionsConsumers.IntegrationTests.Feeds;

/// <summary>The probe on feeds made for the purpose: folders with and without the packages, and none at all.</summary>
public sealed class ProbeTests : IDisposable
{
    private static readonly string[] Files = ["Directory.Solution.targets", "Directory.Packages.props", "global.json"];

    private const string Id = "Microsoft.Azure.Functions.Worker.Extensions.Kafka";

    private static readonly string Version = XDocument.Load(Path.Combine(Dotnet.Repository, "Directory.Packages.props")).Descendants(
        "PackageVersion")
        .Single(package => (string?)package.Attribute("Include") == Id).Attribute("Version")!.Value;

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
    public async Task A_feed_that_has_a_later_version_only_lacks_the_package()
    {
        await PackAsync("99.0.0");
        await ProbeAsync();

        Assert.Equal("true", Lacks());
    }

    [Fact]
    public async Task A_feed_out_of_reach_stops_the_build_and_leaves_no_answer()
    {
        Directory.Delete(_feed);
        var (exitCode, output) = await RunAsync();

        Assert.Equal(1, exitCode);
        Assert.Single(output.Split('\n'), line => line.Contains(": error", StringComparison.Ordinal));
        Assert.Contains("The package feed could not be asked: error NU1301", output, StringComparison.Ordinal);
        Assert.Contains("dotnet nuget list source", output, StringComparison.Ordinal);
        Assert.False(File.Exists(Answer));
    }

    [Fact]
    public async Task A_feed_is_not_asked_again_while_nothing_has_changed()
    {
        await ProbeAsync();
        Assert.Equal("true", Lacks());

        Assert.DoesNotContain("Asking", (await RunAsync()).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_that_comes_into_the_feed_is_found_and_so_is_its_going()
    {
        await ProbeAsync();
        Assert.Equal("true", Lacks());

        await PackAsync(Version);
        await ProbeAsync();
        Assert.Equal("false", Lacks());

        File.Delete(Package(Version));
        Directory.Delete(Path.Combine(_folder, "packages"), recursive: true);
        await ProbeAsync();
        Assert.Equal("true", Lacks());
    }

    [Fact]
    public async Task Another_version_and_another_source_are_asked_for_anew()
    {
        await PackAsync(Version);
        await ProbeAsync();
        Assert.Equal("false", Lacks());

        var versions = Path.Combine(_folder, "Directory.Packages.props");
        var text = await File.ReadAllTextAsync(versions, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(versions,
            text.Replace($"{Id}\" Version=\"{Version}\"", $"{Id}\" Version=\"98.0.0\"", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        await ProbeAsync();
        Assert.Equal("true", Lacks());

        await File.WriteAllTextAsync(versions, text, TestContext.Current.CancellationToken);
        var other = Directory.CreateDirectory(Path.Combine(_folder, "another feed")).FullName;
        Directory.Delete(Path.Combine(_folder, "packages"), recursive: true);
        var (exitCode, output) = await RunAsync("-p:RestoreSources=" + other);
        Assert.True(exitCode == 0, output);
        Assert.Equal("true", Lacks());
    }

    [Fact]
    public async Task An_answer_of_yesterday_is_asked_for_anew_and_kept_where_the_feed_is_out_of_reach()
    {
        var config = Path.Combine(_folder, "NuGet.Config");
        await File.WriteAllTextAsync(config,
            "<configuration><packageSources><clear /><add key=\"away\" value=\"http://127.0.0.1:9/index.json\" "
            + "allowInsecureConnections=\"true\" /></packageSources></configuration>",
            TestContext.Current.CancellationToken);
        string[] away = ["-p:RestoreSources=", "-p:RestoreConfigFile=" + config];
        await PackAsync(Version);
        Assert.Equal(1, (await RunAsync(away)).ExitCode);

        // An answer of the day before, made from the same sources.
        Directory.CreateDirectory(Path.GetDirectoryName(Answer)!);
        await File.WriteAllTextAsync(Answer,
            "<Project><PropertyGroup><FeedLacksKafkaExtension>true</FeedLacksKafkaExtension></PropertyGroup></Project>",
            TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.ChangeExtension(Answer, ".txt"),
            $"{Id} {Version}\nsource http://127.0.0.1:9/index.json\nconfiguration {config} "
            + $"{File.GetLastWriteTime(config):yyyy-MM-dd HH:mm:ss.fffffff}\n",
            TestContext.Current.CancellationToken);
        Assert.DoesNotContain("Asking", (await RunAsync(away)).Output, StringComparison.Ordinal);

        File.SetLastWriteTimeUtc(Answer, DateTime.UtcNow.AddDays(-2));
        var (exitCode, output) = await RunAsync(away);
        Assert.True(exitCode == 0, output);
        Assert.Contains("its last answer is used", output, StringComparison.Ordinal);
        Assert.Equal("true", Lacks());
    }

    [Fact]
    public async Task Nothing_is_asked_where_the_answer_is_given()
    {
        Directory.Delete(_feed);
        var (exitCode, output) = await RunAsync("-p:UseStandIns=true");

        Assert.True(exitCode == 0, output);
        Assert.False(File.Exists(Answer));
    }

    private async Task ProbeAsync()
    {
        var (exitCode, output) = await RunAsync();
        Assert.True(exitCode == 0, output);
        Assert.Contains("Asking the package feed", output, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => Dotnet.RunAsync(
        _folder,
        new Dictionary<string, string> { ["NUGET_PACKAGES"] = Path.Combine(_folder, "packages") },
        ["msbuild", "Empty.sln", "-nologo", "-tl:off", "-t:ProbeFeed", "-p:RestoreSources=" + _feed, .. arguments]);

    private string? Lacks() => XDocument.Load(Answer).Root!.Element("PropertyGroup")!.Element("FeedLacksKafkaExtension")?.Value;

    private string Package(string version) => Path.Combine(_feed, $"{Id}.{version}.nupkg");

    /// <summary>Puts an empty package into the feed: enough for a restore.</summary>
    private async Task PackAsync(string version)
    {
        await using var file = File.Create(Package(version));
        await using var archive = new ZipArchive(file, ZipArchiveMode.Create);
        await using var nuspec = new StreamWriter(
            await archive.CreateEntry(Id + ".nuspec").OpenAsync(TestContext.Current.CancellationToken));
        await nuspec.WriteAsync(
            $"<package><metadata><id>{Id}</id><version>{version}</version>"
            + "<authors>test</authors><description>test</description></metadata></package>");
    }
}
