using System.Text.Json;

namespace FunctionsConsumers.IntegrationTests.Feeds;

/// <summary>The genuine Kafka extension cannot be restored on every feed: here every project is evaluated in both modes instead.</summary>
public sealed class ReferencesTests
{
    private const string App = "src/FunctionsConsumers/FunctionsConsumers.csproj";

    private const string Extension = "Microsoft.Azure.Functions.Worker.Extensions.Kafka";

    /// <summary>Every project under src that is not the stand-in.</summary>
    public static TheoryData<string> Projects() => [.. ProjectsIn("src")];

    [Theory]
    [MemberData(nameof(Projects))]
    public async Task The_two_modes_of_a_project_differ_in_the_kafka_extension_alone(string project)
    {
        string[] wanted = ["-getItem:PackageReference,ProjectReference,Compile",
            "-getProperty:TargetFramework,OutputType,Nullable,TreatWarningsAsErrors,LangVersion,DefineConstants"];
        var genuine = await Dotnet.EvaluateAsync(project, ["-p:UseStandIns=false", .. wanted]);
        var standIns = await Dotnet.EvaluateAsync(project, ["-p:UseStandIns=true", .. wanted]);

        Assert.Equal(genuine.GetProperty("Properties").GetRawText(), standIns.GetProperty("Properties").GetRawText());
        Assert.Equal(Identities(genuine, "Compile"), Identities(standIns, "Compile"));

        var packages = Identities(genuine, "PackageReference");
        Assert.Equal(packages.Where(package => package != Extension), Identities(standIns, "PackageReference"));

        var references = Identities(standIns, "ProjectReference");
        Assert.DoesNotContain(Identities(genuine, "ProjectReference"), path => path.Contains("StandIns", StringComparison.Ordinal));
        Assert.Equal(references.Where(path => !path.Contains("StandIns", StringComparison.Ordinal)),
            Identities(genuine, "ProjectReference"));

        // The stand-in is there only where the package is.
        Assert.Equal(packages.Contains(Extension), references.Any(path => path.EndsWith("/StandIns.csproj", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_genuine_app_is_a_complete_isolated_worker_project()
    {
        var app = await Dotnet.EvaluateAsync(App, "-p:UseStandIns=false", "-getItem:PackageReference,FrameworkReference,None",
            "-getProperty:OutputType,AzureFunctionsVersion,TargetFramework,ImplicitUsings");

        Assert.Equal("Exe", Property(app, "OutputType"));
        Assert.Equal("v4", Property(app, "AzureFunctionsVersion"));
        Assert.Equal("net10.0", Property(app, "TargetFramework"));
        Assert.Equal("enable", Property(app, "ImplicitUsings"));
        Assert.Subset(Identities(app, "PackageReference").ToHashSet(),
            new HashSet<string>
            {
                "Microsoft.Azure.Functions.Worker", "Microsoft.Azure.Functions.Worker.Sdk",
                "Microsoft.Azure.Functions.Worker.Extensions.Kafka",
            });
        Assert.Contains("Microsoft.AspNetCore.App", Identities(app, "FrameworkReference"));

        var host = File(app, "host.json");
        Assert.Equal(("PreserveNewest", "PreserveNewest"),
            (host.GetProperty("CopyToOutputDirectory").GetString(), host.GetProperty("CopyToPublishDirectory").GetString()));
        var settings = File(app, "local.settings.json");
        Assert.Equal(("PreserveNewest", "Never"),
            (settings.GetProperty("CopyToOutputDirectory").GetString(), settings.GetProperty("CopyToPublishDirectory").GetString()));
    }

    [Fact]
    public async Task Every_package_has_its_one_version()
    {
        var app = await Dotnet.EvaluateAsync(
            App, "-p:UseStandIns=false", "-getItem:PackageVersion", "-getProperty:ManagePackageVersionsCentrally");
        var versions = app.GetProperty("Items").GetProperty("PackageVersion").EnumerateArray()
            .ToDictionary(item => item.GetProperty("Identity").GetString()!, item => item.GetProperty("Version").GetString(),
                StringComparer.Ordinal);

        Assert.Equal("true", Property(app, "ManagePackageVersionsCentrally"));
        Assert.Equal("2.52.0", versions["Microsoft.Azure.Functions.Worker"]);
        Assert.Equal("2.1.0", versions["Microsoft.Azure.Functions.Worker.Sdk"]);
        Assert.Equal("4.3.0", versions["Microsoft.Azure.Functions.Worker.Extensions.Kafka"]);
        Assert.Equal("4.3.1", versions["Microsoft.Azure.Functions.Worker.Extensions.Timer"]);
        Assert.Equal("12.13.0", versions["Azure.Data.Tables"]);
        Assert.Equal("2.16.0", versions["Confluent.Kafka"]);
    }

    [Fact]
    public async Task The_probe_asks_for_the_kafka_extension_alone()
    {
        var probe = await Dotnet.EvaluateAsync(
            "build/feed/KafkaExtensionProbe.csproj", "-getItem:PackageReference", "-getProperty:UseStandIns");

        Assert.Equal([Extension], Identities(probe, "PackageReference"));
        Assert.Equal("", Property(probe, "UseStandIns"));
    }

    [Theory]
    [InlineData("true", "", "true")]
    [InlineData("false", "", "false")]
    [InlineData("true", "false", "false")]
    [InlineData("false", "true", "true")]
    [InlineData(null, "", "false")]
    [InlineData(null, "true", "true")]
    public async Task What_is_given_decides_over_the_probe_and_the_probe_over_the_default(string? lacks, string given, string expected)
    {
        var folder = Directory.CreateTempSubdirectory("feed-").FullName;
        try
        {
            var props = Path.Combine(folder, "feed.props");
            if (lacks is not null)
            {
                await System.IO.File.WriteAllTextAsync(props,
                    $"<Project><PropertyGroup><FeedLacksKafkaExtension>{lacks}</FeedLacksKafkaExtension></PropertyGroup></Project>",
                    TestContext.Current.CancellationToken);
            }

            string[] arguments = ["-p:FeedPropsFile=" + props, "-getProperty:UseStandIns,FeedPropsFile"];
            var app = await Dotnet.EvaluateAsync(App, given.Length == 0 ? arguments : [.. arguments, "-p:UseStandIns=" + given]);

            Assert.Equal(expected, Property(app, "UseStandIns"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void No_source_outside_the_stand_in_knows_which_extension_it_got()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Dotnet.Repository, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/StandIns/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal)
                && !file.Contains("/bin/", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(sources);

        foreach (var source in sources)
        {
            foreach (var line in System.IO.File.ReadLines(source).Select(line => line.TrimStart()))
            {
                Assert.False(line.StartsWith("#if", StringComparison.Ordinal)
                    || line.StartsWith("#elif", StringComparison.Ordinal), $"{source}: {line}");
                Assert.False(line.StartsWith("namespace Azure.", StringComparison.Ordinal)
                    || line.StartsWith("namespace Microsoft.Azure.", StringComparison.Ordinal), $"{source}: {line}");
            }
        }
    }

    private static IEnumerable<string> ProjectsIn(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Dotnet.Repository, folder), "*.csproj", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Dotnet.Repository, file).Replace('\\', '/'))
        .Where(file => !file.Contains("/StandIns/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static string Property(JsonElement evaluation, string name) =>
        evaluation.GetProperty("Properties").GetProperty(name).GetString()!;

    private static List<string> Identities(JsonElement evaluation, string item) =>
        [.. evaluation.GetProperty("Items").GetProperty(item).EnumerateArray()
            .Select(entry => entry.GetProperty("Identity").GetString()!.Replace('\\', '/'))];

    private static JsonElement File(JsonElement evaluation, string link) =>
        evaluation.GetProperty("Items").GetProperty("None").EnumerateArray().Single(
            entry => entry.TryGetProperty("Link", out var to) && to.GetString() == link);
}
