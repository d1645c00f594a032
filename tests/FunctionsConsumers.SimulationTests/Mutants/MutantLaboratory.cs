using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace FunctionsConsumers.SimulationTests.Mutants;

/// <summary>
/// Builds the library with one mutant at a time, in a copy outside the repository, and runs the histories on it: the
/// simulation's own output, with the library exchanged.
/// </summary>
internal sealed partial class MutantLaboratory : IDisposable
{
    private const string Library = "FunctionsConsumers.EffectivelyOnce";
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("mutants-").FullName;
    private readonly string _configuration = Metadata.Configuration;
    private bool _built;

    /// <summary>Copies what is needed.</summary>
    public MutantLaboratory()
    {
        foreach (var file in Directory.EnumerateFiles(Root).Where(file => Path.GetFileName(file) is var name
            && (name.StartsWith("Directory.", StringComparison.Ordinal) || name is "global.json" or "nuget.config" or "NuGet.config")))
        {
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        }

        Copy(LibraryFolder(Root), LibraryFolder(_folder));
        Copy(Path.Combine(Root, "src", "StandIns"), Path.Combine(_folder, "src", "StandIns"));
        Copy(AppContext.BaseDirectory, Path.Combine(_folder, "run"));
    }

    /// <summary>The repository this simulation was built in.</summary>
    public static string Root { get; } = Metadata.RepositoryRoot;

    /// <summary>Builds a mutant and runs histories on it.</summary>
    /// <param name="mutant">The mutant.</param>
    /// <param name="histories">How many histories at most.</param>
    /// <param name="cancellationToken">Ends what was started.</param>
    /// <returns>The seed of the first history that fails, and what the oracle found in it; null where none fails.</returns>
    /// <exception cref="InvalidOperationException">The patch does not apply, or what comes of it does not build or run.</exception>
    public async Task<(int Seed, string Finding)?> RunAsync(Mutant mutant, int histories, CancellationToken cancellationToken)
    {
        var library = LibraryFolder(_folder);
        var (exitCode, output) = await StartAsync("git", ["apply", "--whitespace=nowarn", mutant.File], library, null, cancellationToken);
        Require(exitCode == 0, $"{mutant.Name}.patch no longer applies: {output}");
        try
        {
            await BuildAsync(library, mutant.Name, cancellationToken);
            File.Copy(Path.Combine(library, "bin", _configuration, "net10.0", Library + ".dll"),
                Path.Combine(_folder, "run", Library + ".dll"), overwrite: true);
            (exitCode, output) = await StartAsync(
                Dotnet,
                ["exec", Path.Combine(_folder, "run", "FunctionsConsumers.SimulationTests.dll"), "-noColor", "-class",
                typeof(HistoriesTests).FullName!],
                _folder,
                new Run(histories, mutant.IsOfTheClient, mutant.Kind),
                cancellationToken);
            if (exitCode == 0)
            {
                return null;
            }

            var finding = FindingLine().Match(output);
            Require(finding.Success, $"{mutant.Name}: the histories could not be run: {output[..Math.Min(output.Length, 4000)]}");
            return (int.Parse(finding.Groups[1].ValueSpan, CultureInfo.InvariantCulture), finding.Groups[2].Value.Trim());
        }
        finally
        {
            (exitCode, output) = await StartAsync(
                "git", ["apply", "--reverse", "--whitespace=nowarn", mutant.File], library, null, CancellationToken.None);
            Require(exitCode == 0, $"{mutant.Name}.patch does not come off again: {output}");
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";

    private async Task BuildAsync(string library, string name, CancellationToken cancellationToken)
    {
        string[] restored = _built ? ["--no-restore", "--no-dependencies"] : [];
        var (exitCode, output) = await StartAsync(
            Dotnet,
            [
                "build", library, "--nologo", "-v", "q", "--disable-build-servers", .. restored,
                "-c", _configuration,
                "-p:RunAnalyzers=false",
                "-p:GenerateDocumentationFile=false",
                "-p:TreatWarningsAsErrors=false",
            ],
            _folder,
            null,
            cancellationToken);
        Require(exitCode == 0, $"{name} does not build: {output}");
        _built = true;
    }

    private static async Task<(int ExitCode, string Output)> StartAsync(
        string program, IReadOnlyList<string> arguments, string folder, Run? run, CancellationToken cancellationToken)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var name in process.StartInfo.Environment.Keys.Where(name => name.StartsWith("MSBUILD",
            StringComparison.OrdinalIgnoreCase) || name.StartsWith("SIM_", StringComparison.Ordinal) || name == "SOAK_MINUTES").ToArray())
        {
            process.StartInfo.Environment.Remove(name);
        }

        // git looks for a repository around the folder, and would take paths to be relative to that.
        process.StartInfo.Environment["GIT_CEILING_DIRECTORIES"] = Path.GetTempPath();
        if (run is not null)
        {
            process.StartInfo.Environment["SIM_HISTORIES"] = run.Histories.ToString(CultureInfo.InvariantCulture);
            process.StartInfo.Environment["SIM_THROUGH_CLIENT"] = run.ThroughClient ? "1" : "";
            process.StartInfo.Environment["SIM_KIND"] = run.Kind ?? "";
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(LongestRun);
        process.Start();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(from, file);
            if (relative.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            {
                continue;
            }

            var copy = Path.Combine(to, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static string LibraryFolder(string root) => Path.Combine(root, "src", Library);

    private static void Require(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private sealed record Run(int Histories, bool ThroughClient, string? Kind);

    [GeneratedRegex(@"seed (\d+): (.*)")]
    private static partial Regex FindingLine();
}
