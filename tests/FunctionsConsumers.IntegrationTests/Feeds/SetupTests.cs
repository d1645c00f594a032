using System.Diagnostics;

namespace FunctionsConsumers.IntegrationTests.Feeds;

/// <summary>What <c>run</c>, <c>test</c> and <c>fc</c> share, <c>build/setup.sh</c>.</summary>
public sealed class SetupTests
{
    [Fact]
    public async Task The_sources_are_listed_though_some_places_are_not_there() =>
        Assert.Contains("src/Program.cs", await RunAsync("sources"), StringComparison.Ordinal);

    [Theory]
    [InlineData("FunctionsConsumers.sln")]
    [InlineData("src/FunctionsConsumers.Cli/FunctionsConsumers.Cli.csproj")]
    public async Task What_the_feed_answers_is_known_before_the_sources_are_listed_so_that_no_second_build_follows(string project)
    {
        // In place of the commands: the feed's question writes its answer, as it does, and a build finds all as it was listed.
        const string Steps = """
            step() {
              if [ "$1" = feed ]; then
                mkdir -p "$root/obj/feed" "$root/.local/logs"
                touch "$root/obj/feed/feed.props" "$root/.local/logs/feed.log"
              fi
            };
            compile_ahead() { :; };
            """;
        var output = await RunAsync(
            $"{Steps}\nmkdir -p \"$root/.local\" \"$root/bin\"; app=$root/bin/fc.dll; touch \"$app\"; build {project}; if app_built; then "
            + $"echo built; fi");
        Assert.EndsWith("built\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("touch \"$ready/fc.dll\"", "ready/fc.dll")]
    [InlineData("return 1", "bin/fc.dll")]
    public async Task Fc_starts_what_was_compiled_ahead_and_where_the_compiler_is_missing_what_was_built(string compiler, string started)
    {
        // In place of the build: nothing. In place of the compiler: one that writes its program, and one that fails. The
        // program of an older build lies there.
        var steps = $$"""
            step() { :; }
            dotnet() { {{compiler}}; }
            UseStandIns=true; app=$root/bin/fc.dll; ready=$root/ready
            mkdir -p "$root/.local/logs" "$root/bin" "$ready"; touch "$app" "$ready/fc.dll"
            build src/FunctionsConsumers.Cli/FunctionsConsumers.Cli.csproj
            program
            """;
        Assert.EndsWith($"/{started}\n", await RunAsync(steps), StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(string script)
    {
        var root = Directory.CreateTempSubdirectory("setup-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(root, "src")).FullName, "Program.cs"), "",
                TestContext.Current.CancellationToken);
            var start = new ProcessStartInfo("bash",
                ["-c", "set -euo pipefail; root=$1; . \"$2\"; " + script, "bash", root, Path.Combine(Dotnet.Repository, "build/setup.sh")])
            {
                RedirectStandardOutput = true,
            };
            start.Environment.Remove("UseStandIns");
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
            return output;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
