using System.Diagnostics;
using System.Globalization;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Rigs;

namespace FunctionsConsumers.Benchmarks.Questions;

/// <summary>What a user waits for: the command that starts everything, handles orders, audits itself and ends.</summary>
internal sealed class WholeRun : IQuestion
{
    private const double StartGoal = 6;
    private const double MemoryGoal = 300;

    public string Name => "run";

    public string Asks => "./run --orders 2000 --exit on a set-up clone; ./run --orders 20000 --exit";

    public string Against => "–";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        if (FcProgram.Of(bench.Root) is not { } app)
        {
            return [Figure.Missing("fc is not built: start ./bench, which builds it.")];
        }

        var few = await Rounds.OfAsync(async () => (await RunAsync(bench, app, 2_000, cancellationToken)).Seconds);
        List<double> rates = [], memory = [];
        for (var round = 0; round < 3; round++)
        {
            var (seconds, mebibytes) = await RunAsync(bench, app, 20_000, cancellationToken);
            rates.Add(20_000 / seconds);
            memory.Add(mebibytes);
        }

        return
        [
            Figure.AtMost("2,000 orders", Rounds.Median(few), StartGoal, " s from start to end", Rounds.Line(few)),
            Figure.Told("20,000 orders", $"{Figure.Number(Rounds.Median(rates))} orders/s from start to end", Rounds.Line(rates)),
            Figure.AtMost("20,000 orders", Rounds.Median(memory), MemoryGoal, " MiB at its peak", Rounds.Line(memory)),
        ];
    }

    private static async Task<(double Seconds, double Mebibytes)> RunAsync(
        Bench bench, string app, int orders, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var start = new ProcessStartInfo("dotnet", [app, "run", "--orders", orders.ToString(CultureInfo.InvariantCulture), "--duplicates",
            "0.1", "--seed", bench.Seed.ToString(CultureInfo.InvariantCulture), "--exit"])
        {
            WorkingDirectory = bench.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var run = Process.Start(start) ?? throw new InvalidOperationException("dotnet could not be started.");
        var output = run.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = run.StandardError.ReadToEndAsync(cancellationToken);
        var peak = 0L;
        while (!run.WaitForExit(100))
        {
            cancellationToken.ThrowIfCancellationRequested();
            run.Refresh();
            peak = Math.Max(peak, run.HasExited ? 0 : run.WorkingSet64);
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return run.ExitCode == 0
            ? (seconds, peak / (1024.0 * 1024))
            : throw new InvalidOperationException($"The run ended with {run.ExitCode}: {await errors} {await output}");
    }
}
