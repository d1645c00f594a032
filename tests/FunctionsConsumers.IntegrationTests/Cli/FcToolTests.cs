using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using FunctionsConsumers.IntegrationTests.Feeds;

namespace FunctionsConsumers.IntegrationTests.Cli;

/// <summary>The command as a .NET tool: packed, installed, and called in a folder that knows nothing of the repository.</summary>
public sealed class FcToolTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fc-tool").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_packed_tool_runs_in_any_folder_without_the_repository()
    {
        await InstallAsync();

        var version = await ToolAsync("--version");
        Assert.True(version is { ExitCode: 0 } && version.Out.StartsWith("0.1.0", StringComparison.Ordinal), version.ToString());
        var help = await ToolAsync("help");
        Assert.True(help is { ExitCode: 0 }, help.ToString());
        Assert.All(["status", "dead-letters", "config", "--brokers"], word => Assert.Contains(word, help.Out, StringComparison.Ordinal));

        // The app's host.json comes with it; settings of a developer's machine do not.
        var settings = await ToolAsync("config", "check", "--json");
        Assert.True(settings is { ExitCode: 0 }, settings.ToString());
        Assert.Contains(JsonNode.Parse(settings.Out)!["settings"]!.AsArray(), setting =>
            (string)setting!["name"]! == "extensions.kafka.commitOnFailure"
                && (string)setting["value"]! == "false" && (string)setting["source"]! == "host.json");
        Assert.DoesNotContain("local.settings.json\"", settings.Out, StringComparison.Ordinal);

        // What needs Azurite says how to come by it here.
        var alone = await ToolAsync("services");
        Assert.Equal(2, alone.ExitCode);
        Assert.Contains("AZURITE_HOME", alone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_installed_tool_reaches_services_that_it_did_not_start()
    {
        await InstallAsync();
        await using var services = new Fc();
        await services.StartAsync("services", "Ctrl-C stops them");
        var run = JsonNode.Parse(await File.ReadAllTextAsync(services.RunFile, TestContext.Current.CancellationToken))!;
        string[] at = ["--brokers", (string)run["brokers"]!, "--tables", (string)run["tables"]!];

        var produced = await ToolAsync(["produce", "--count", "3", "--duplicates", "0", "--poison", "0", .. at]);
        Assert.True(produced is { ExitCode: 0 }, produced.ToString());
        var read = await ToolAsync(["tail", "order-events", "--from-beginning", "--max", "3", .. at]);

        Assert.True(read is { ExitCode: 0 }, read.ToString());
        Assert.Equal(3, read.Out.Split("Received message:").Length - 1);
    }

    private async Task InstallAsync()
    {
        var packages = Path.Combine(_folder, "packages");
        var (packed, output) = await Dotnet.RunAsync(
            "pack", "src/FunctionsConsumers.Cli/FunctionsConsumers.Cli.csproj", "--no-restore", "--no-build", "-c", Dotnet.Configuration,
            "-p:AllowStandIns=true", "--output", packages);
        Assert.True(packed == 0, output);

        // From the package alone, so that no feed has to answer.
        var (installed, said) = await Dotnet.RunAsync(
            _folder, new Dictionary<string, string>(), "tool", "install", "FunctionsConsumers.Cli", "--version", "0.1.0",
            "--tool-path", Path.Combine(_folder, "tool"), "--source", packages);
        Assert.True(installed == 0, said);
    }

    private async Task<FcResult> ToolAsync(params string[] arguments)
    {
        var here = Directory.CreateDirectory(Path.Combine(_folder, "elsewhere")).FullName;
        var start = new ProcessStartInfo(Path.Combine(_folder, "tool", "fc"), arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = here,
        };
        foreach (var name in (string[])["FC_HOME", "AZURITE_HOME", "KafkaBrokers", "OrderTables", "OrdersTopic"])
        {
            start.Environment.Remove(name);
        }

        // Above shared/Microsoft.NETCore.App/VERSION.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new FcResult(process.ExitCode, await output, await error);
    }
}
