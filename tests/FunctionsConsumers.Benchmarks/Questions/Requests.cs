using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Rigs;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.Benchmarks.Questions;

/// <summary>What an order costs in table requests, which is what the service bills and limits.</summary>
internal sealed class Requests : IQuestion
{
    private const int Orders = 20_000;
    private const double Goal = 0.05;

    public string Name => "requests";

    public string Asks => "table requests, batches of 500";

    public string Against => "–";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var batches = OrderBatches.Make(bench.Seed, Orders);
        var figures = new List<Figure>();
        foreach (var group in Groups.Names)
        {
            var store = new CountingStore(new MemoryTableStore());
            await Groups.RateAsync(await Groups.ProcessorAsync(group, store), batches, cancellationToken);
            figures.Add(Figure.AtMost(group, (store.Submits + store.Reads) / (double)Orders, Goal, " requests an order",
                $"{store.Submits} transactions, "
                    + $"{store.Reads} reads ({(group == "inventory" ? "of each bucket's counters at once" : "none without duplicates")}), "
                    + $"{Orders} orders"));
        }

        return figures;
    }
}
