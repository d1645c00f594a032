using System.IO.Compression;
using System.Xml.Linq;
using FunctionsConsumers.IntegrationTests.Feeds;

namespace FunctionsConsumers.IntegrationTests.EffectivelyOnce;

/// <summary>The packages of the library and of what tests planners, which are the same on every feed.</summary>
public sealed class PackageTests : IDisposable
{
    private const string Project = "src/FunctionsConsumers.EffectivelyOnce/FunctionsConsumers.EffectivelyOnce.csproj";
    private const string Testing = "src/FunctionsConsumers.EffectivelyOnce.Testing/FunctionsConsumers.EffectivelyOnce.Testing.csproj";
    private const string Tool = "src/FunctionsConsumers.Cli/FunctionsConsumers.Cli.csproj";

    private readonly string _folder = Directory.CreateTempSubdirectory("package-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_holds_the_library_its_documentation_its_readme_and_nothing_that_is_not_its_own()
    {
        await PackAsync();

        using var package = ZipFile.OpenRead(Path.Combine(_folder, "FunctionsConsumers.EffectivelyOnce.0.1.0.nupkg"));
        Assert.Equal(
            ["FunctionsConsumers.EffectivelyOnce.nuspec", "PACKAGE.md", "lib/net10.0/FunctionsConsumers.EffectivelyOnce.dll",
                "lib/net10.0/FunctionsConsumers.EffectivelyOnce.xml"],
            Files(package));

        using var symbols = ZipFile.OpenRead(Path.Combine(_folder, "FunctionsConsumers.EffectivelyOnce.0.1.0.snupkg"));
        Assert.Equal(["FunctionsConsumers.EffectivelyOnce.nuspec", "lib/net10.0/FunctionsConsumers.EffectivelyOnce.pdb"], Files(symbols));

        using var nuspec = package.GetEntry("FunctionsConsumers.EffectivelyOnce.nuspec")!.Open();
        var metadata = (await XDocument.LoadAsync(nuspec, LoadOptions.None, TestContext.Current.CancellationToken)).Root!.Elements()
            .Single();
        string? Text(string name) => Element(metadata, name)?.Value;
        Assert.Equal("FunctionsConsumers.EffectivelyOnce", Text("id"));
        Assert.Equal("0.1.0", Text("version"));
        Assert.Equal("FunctionsConsumers contributors", Text("authors"));
        Assert.Equal("MIT", Text("license"));
        Assert.Equal("expression", (string?)Element(metadata, "license")!.Attribute("type"));
        Assert.Equal("PACKAGE.md", Text("readme"));

        var group = Element(Element(metadata, "dependencies")!, "group")!;
        Assert.Equal("net10.0", (string?)group.Attribute("targetFramework"));
        Assert.Equal(
            [
                "Azure.Data.Tables 12.13.0", "Azure.Identity 1.21.0", "Confluent.Kafka 2.16.0",
                "Microsoft.Extensions.Diagnostics.HealthChecks 10.0.15", "Microsoft.Extensions.Hosting.Abstractions 10.0.15",
            ],
            group.Elements().Select(dependency => $"{(string?)dependency.Attribute("id")} {(string?)dependency.Attribute("version")}")
                .Order(StringComparer.Ordinal));
        Assert.Null(Element(metadata, "frameworkReferences"));
    }

    [Fact]
    public async Task It_depends_on_packages_and_on_no_project()
    {
        var library = await Dotnet.EvaluateAsync(Project, "-getItem:PackageReference,ProjectReference,FrameworkReference",
            "-getProperty:IsPackable,IsTrimmable,EnableTrimAnalyzer,GenerateDocumentationFile,IncludeSymbols,SymbolPackageFormat,"
                + "EmbedUntrackedSources,TreatWarningsAsErrors");

        string[] Items(string item) => [.. library.GetProperty("Items")
            .GetProperty(item)
            .EnumerateArray()
            .Select(entry => entry.GetProperty("Identity").GetString()!)
            .Order(StringComparer.Ordinal)];
        Assert.Equal(
            ["Azure.Data.Tables", "Azure.Identity", "Confluent.Kafka", "Microsoft.CodeAnalysis.PublicApiAnalyzers",
                "Microsoft.Extensions.Diagnostics.HealthChecks", "Microsoft.Extensions.Hosting.Abstractions"],
            Items("PackageReference"));
        Assert.Empty(Items("ProjectReference"));
        Assert.DoesNotContain("Microsoft.AspNetCore.App", Items("FrameworkReference"));
        foreach (var property in library.GetProperty("Properties").EnumerateObject())
        {
            Assert.Equal(property.Name == "SymbolPackageFormat" ? "snupkg" : "true", property.Value.GetString());
        }
    }

    [Fact]
    public async Task The_package_for_tests_holds_its_own_files_and_goes_with_the_library_of_its_version_alone()
    {
        await PackAsync(Testing);

        using var package = ZipFile.OpenRead(Path.Combine(_folder, "FunctionsConsumers.EffectivelyOnce.Testing.0.1.0.nupkg"));
        Assert.Equal(
            ["FunctionsConsumers.EffectivelyOnce.Testing.nuspec", "PACKAGE.md",
                "lib/net10.0/FunctionsConsumers.EffectivelyOnce.Testing.dll",
                "lib/net10.0/FunctionsConsumers.EffectivelyOnce.Testing.xml"],
            Files(package));

        using var nuspec = package.GetEntry("FunctionsConsumers.EffectivelyOnce.Testing.nuspec")!.Open();
        var metadata = (await XDocument.LoadAsync(nuspec, LoadOptions.None, TestContext.Current.CancellationToken)).Root!.Elements()
            .Single();
        var dependency = Assert.Single(Element(Element(metadata, "dependencies")!, "group")!.Elements());
        Assert.Equal("FunctionsConsumers.EffectivelyOnce [0.1.0]",
            $"{(string?)dependency.Attribute("id")} {(string?)dependency.Attribute("version")}");
    }

    [Fact]
    public async Task A_program_that_has_nothing_but_the_package_for_tests_checks_its_planner_and_finds_the_clock_in_another()
    {
        await PackAsync();
        await PackAsync(Testing);
        var program = Path.Combine(_folder, "program");
        Directory.CreateDirectory(program);
        await File.WriteAllTextAsync(Path.Combine(program, "Directory.Build.props"), "<Project />", TestContext.Current.CancellationToken);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(home, ".nuget", "packages");
        await File.WriteAllTextAsync(Path.Combine(program, "program.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestoreAdditionalProjectSources>{_folder}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{Path.Combine(_folder, "packages")}</RestorePackagesPath>
                <RestoreFallbackFolders>{packages}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="FunctionsConsumers.EffectivelyOnce.Testing" Version="0.1.0" />
              </ItemGroup>
            </Project>
            """, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(program, "Program.cs"), """
            using System.Text.Json.Serialization;
            using FunctionsConsumers.EffectivelyOnce;
            using FunctionsConsumers.EffectivelyOnce.Testing;

            Payment[] payments = [new("p-1"), new("p-2")];
            var few = new HistoryOptions { Count = 20 };
            var report = Histories.Check(new Ledger(false), PaymentJson.Default.Payment, payment => payment.Id, payments, few);
            Console.WriteLine(report.Histories + " passed");
            try
            {
                Histories.Check(new Ledger(true), PaymentJson.Default.Payment, payment => payment.Id, payments, few);
            }
            catch (HistoryFailedException failure)
            {
                Console.WriteLine(failure.Message);
            }

            internal sealed record Payment(string Id);

            internal sealed class Ledger(bool readsTheClock) : IEventPlanner<Payment>
            {
                public static string Group => "ledger";

                public Plan Plan(Payment payment, EventIdentity identity) => new()
                {
                    Messages = [new PlannedMessage("mail", BitConverter.GetBytes(readsTheClock ? DateTime.UtcNow.Ticks : 0))],
                };
            }

            [JsonSerializable(typeof(Payment))]
            internal sealed partial class PaymentJson : JsonSerializerContext;
            """, TestContext.Current.CancellationToken);

        var (exitCode, output) = await Dotnet.RunAsync(program, new Dictionary<string, string>(), "run", "-v", "q");

        Assert.True(exitCode == 0, output);
        Assert.Contains("20 passed", output, StringComparison.Ordinal);
        Assert.Contains("seed 1: the planner of 'ledger' plans events:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task They_are_the_only_projects_that_are_packed()
    {
        List<string> packable = [];
        foreach (var project in Directory.EnumerateFiles(Path.Combine(Dotnet.Repository, "src"), "*.csproj", SearchOption.AllDirectories))
        {
            var (exitCode, output) = await Dotnet.RunAsync("msbuild", project, "-nologo", "-getProperty:IsPackable");
            Assert.True(exitCode == 0, output);
            if (output.Trim() == "true")
            {
                packable.Add(Path.GetRelativePath(Dotnet.Repository, project));
            }
        }

        Assert.Equal([Tool, Testing, Project], packable.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_example_in_its_readme_is_the_program_that_is_compiled()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var program = await File.ReadAllTextAsync(
            Path.Combine(Dotnet.Repository, "examples/EffectivelyOnce.Console/Program.cs"), cancellation);
        var readme = await File.ReadAllTextAsync(
            Path.Combine(Dotnet.Repository, "src/FunctionsConsumers.EffectivelyOnce/PACKAGE.md"), cancellation);

        var example = readme.Split("```csharp\n")[1].Split("```")[0];

        Assert.Equal(program, example);
    }

    [Fact]
    public async Task The_example_in_the_readme_of_the_package_for_tests_is_a_test_that_is_run()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var test = await File.ReadAllTextAsync(
            Path.Combine(Dotnet.Repository, "tests/FunctionsConsumers.SimulationTests/Testing/LedgerTests.cs"), cancellation);
        var readme = await File.ReadAllTextAsync(
            Path.Combine(Dotnet.Repository, "src/FunctionsConsumers.EffectivelyOnce.Testing/PACKAGE.md"), cancellation);

        Assert.Equal(test, readme.Split("```csharp\n")[1].Split("```")[0]);
    }

    private async Task PackAsync(string project = Project)
    {
        var (exitCode, output) = await Dotnet.RunAsync(
            "pack", project, "--no-restore", "--no-build", "-c", Dotnet.Configuration, "--output", _folder);

        Assert.True(exitCode == 0, output);
    }

    // What is the package format's own is left out.
    private static IEnumerable<string> Files(ZipArchive package) => package.Entries.Select(entry => entry.FullName)
        .Where(name => name != "[Content_Types].xml"
            && !name.StartsWith("_rels/", StringComparison.Ordinal)
            && !name.StartsWith("package/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static XElement? Element(XElement parent, string name) =>
        parent.Elements().SingleOrDefault(element => element.Name.LocalName == name);
}
