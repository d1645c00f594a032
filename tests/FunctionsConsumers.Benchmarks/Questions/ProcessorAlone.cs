using System.Diagnostics;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Rigs;

namespace FunctionsConsumers.Benchmarks.Questions;

/// <summary>
/// The processor on one core, over a store that does nothing: decoding, planning, packing, and what is allocated. It has handled
/// others before, so that its memory of them, which is bounded, is full.
/// </summary>
internal sealed class ProcessorAlone : IQuestion
{
    private const int Orders = 60_000;
    private const int Earlier = 100_000;
    private const double RateGoal = 250_000;
    private const double BytesGoal = 1024;

    public string Name => "processor";

    public string Asks => "processor alone, one core";

    public string Against => "–";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var earlier = OrderBatches.Make(bench.Seed, Earlier, first: Orders);
        var batches = OrderBatches.Make(bench.Seed, Orders);
        var figures = new List<Figure>();
        using var core = new OneCore();
        foreach (var group in Groups.Names)
        {
            var bytes = new List<double>();
            var rates = await Rounds.OfAsync(async () =>
            {
                var processor = await Groups.ProcessorAsync(group, new NoStore());
                await Groups.RateAsync(processor, earlier, cancellationToken);
                var before = GC.GetTotalAllocatedBytes(precise: true);
                var rate = await Groups.RateAsync(processor, batches, cancellationToken);
                bytes.Add((GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Orders);
                return rate;
            });
            figures.Add(Figure.AtLeast(group, Rounds.Median(rates), RateGoal, " orders/s", Rounds.Line(rates)));
            figures.Add(Figure.AtMost(group, Rounds.Median(bytes), BytesGoal, " bytes allocated an order", Rounds.Line(bytes)));
        }

        return figures;
    }
}

/// <summary>Keeps the process to one core until it is disposed of, so that the collector's work counts too.</summary>
internal sealed class OneCore : IDisposable
{
    private readonly nint _before;

    public OneCore()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            using var process = Process.GetCurrentProcess();
            _before = process.ProcessorAffinity;
            process.ProcessorAffinity = _before & -_before;
        }
    }

    public void Dispose()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            using var process = Process.GetCurrentProcess();
            process.ProcessorAffinity = _before;
        }
    }
}
