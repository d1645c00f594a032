using System.Diagnostics;

namespace FunctionsConsumers.IntegrationTests.Feeds;

/// <summary>What <c>run</c>, <c>test</c> and <c>fc</c> share, <c>build/setup.sh</c>.</summary>
public sealed class SetupTests
{
    [Fact]
    public async Task The_sources_are_listed_though_some_places_are_not_there()
    {
        var root = Directory.CreateTempSubdirectory("setup-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(root, "src")).FullName, "Program.cs"), "", TestContext.Current.CancellationToken);
            var start = new ProcessStartInfo("bash", ["-c", "set -euo pipefail; root=$1; . \"$2\"; sources", "bash", root, Path.Combine(Dotnet.Repository, "build/setup.sh")])
            {
                RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.Equal(0, process.ExitCode);
            Assert.Contains("src/Program.cs", output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
