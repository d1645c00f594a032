using System.Diagnostics;
using System.Text.Json;

namespace FunctionsConsumers.IntegrationTests.Feeds;

/// <summary>The repository these tests were built from, and the SDK called on it.</summary>
internal static class Dotnet
{
    /// <summary>The repository's folder.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The configuration the tests were built in, for calls that use what was built.</summary>
    public static string Configuration { get; } = AppContext.BaseDirectory.Contains("/bin/Release/", StringComparison.Ordinal)
        ? "Release"
        : "Debug";

    /// <summary>Calls the SDK, free of the properties that the environment may hold for the build at large.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var name in (string[])["UseStandIns", "AllowStandIns", "FeedPropsFile", "KafkaSecurity", "MSBuildSDKsPath",
            "MSBuildExtensionsPath"])
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["UseSharedCompilation"] = "false";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var cancellation = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Calls the SDK in the repository.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
        RunAsync(Repository, new Dictionary<string, string>(), arguments);

    /// <summary>What a project comes to, without restoring or building it.</summary>
    public static async Task<JsonElement> EvaluateAsync(string project, params string[] arguments)
    {
        var (exitCode, output) = await RunAsync(["msbuild", project, "-nologo", .. arguments]);
        Assert.True(exitCode == 0, output);
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FunctionsConsumers.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException(
            $"no FunctionsConsumers.sln above {AppContext.BaseDirectory}: run the tests where they were built");
    }
}
