using System.Diagnostics;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Rigs;

namespace FunctionsConsumers.Benchmarks.Questions;

/// <summary>
/// For users who choose a batch size: what each size takes at full load, and how long an order waits until its effect is
/// committed when 100 orders a second arrive and nothing lags.
/// </summary>
internal sealed class BatchSizes : IQuestion
{
    private const int PerSecond = 100;
    private static readonly int[] Sizes = [1, 10, 50, 100, 200, 500, 1_000];
    private static readonly TimeSpan Arrival = TimeSpan.FromSeconds(4);

    public string Name => "batch-sizes";

    public string Asks => "batch size and latency: billing, Azurite";

    public string Against => "–";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var figures = new List<Figure>();
        foreach (var size in Sizes)
        {
            var orders = Math.Clamp(size * 20, 200, 5_000);
            var batches = OrderBatches.Make(bench.Seed, orders, size: size);
            var rate = await Groups.RateAsync(
                await Groups.ProcessorAsync("billing", (await AzuriteTables.FreshAsync(bench, cancellationToken)).Store), batches,
                cancellationToken);
            var waits = await WaitsAsync(bench, size, cancellationToken);
            figures.Add(Figure.Told(
                $"batches of {size}",
                $"{Figure.Number(rate)} orders/s at full load; at {PerSecond} orders/s p50 {Figure.Number(At(waits, 0.5))} ms, "
                    + $"p99 {Figure.Number(At(waits, 0.99))} ms",
                $"{orders} orders; {waits.Length} waits"));
        }

        await bench.ForgetTablesAsync();
        return figures;
    }

    // Orders arrive one by one; the consumer takes what has arrived, up to a batch, as soon as its last batch is settled.
    private static async Task<double[]> WaitsAsync(Bench bench, int size, CancellationToken cancellationToken)
    {
        var processor = await Groups.ProcessorAsync("billing", (await AzuriteTables.FreshAsync(bench, cancellationToken)).Store);
        var count = (int)(PerSecond * Arrival.TotalSeconds);
        var records = OrderBatches.Make(bench.Seed, count, first: 1_000_000, size: count)[0];
        await processor.ProcessAsync(OrderBatches.Make(bench.Seed, 10, first: 2_000_000)[0], cancellationToken);
        var waits = new double[count];
        var began = Stopwatch.GetTimestamp();
        for (var next = 0; next < count;)
        {
            var now = Stopwatch.GetElapsedTime(began).TotalSeconds;
            var arrived = Math.Min(count, (int)(now * PerSecond) + 1);
            if (arrived == next)
            {
                await Task.Delay(TimeSpan.FromSeconds(Math.Max(0.0005, ((double)next / PerSecond) - now)), cancellationToken);
                continue;
            }

            var batch = records[next..Math.Min(arrived, next + size)];
            await processor.ProcessAsync(batch, cancellationToken);
            var done = Stopwatch.GetElapsedTime(began).TotalSeconds;
            for (var i = 0; i < batch.Length; i++, next++)
            {
                waits[next] = (done - ((double)next / PerSecond)) * 1000;
            }
        }

        return waits;
    }

    private static double At(double[] waits, double quantile)
    {
        double[] sorted = [.. waits.Order()];
        return sorted[Math.Min(sorted.Length - 1, (int)(quantile * sorted.Length))];
    }
}
