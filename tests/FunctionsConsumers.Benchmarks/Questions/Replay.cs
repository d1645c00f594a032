using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Rigs;

namespace FunctionsConsumers.Benchmarks.Questions;

/// <summary>Orders that come again: all of them, as after a reset, and every second record, as from a producer that sends twice.</summary>
internal sealed class Replay : IQuestion
{
    private const int Orders = 20_000;
    private const double ReplayGoal = 3;
    private const double HalfGoal = 0.8;

    public string Name => "replay";

    public string Asks => "a full replay; half duplicates";

    public string Against => "first handling; none";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var batches = OrderBatches.Make(bench.Seed, Orders);
        var again = OrderBatches.Resent(batches);
        var figures = new List<Figure>();
        foreach (var group in Groups.Names)
        {
            var requests = 0;
            List<double> first = [], second = [];
            for (var round = 0; round <= Rounds.Count; round++)
            {
                var store = new CountingStore(new NoStore());
                var processor = await Groups.ProcessorAsync(group, store);
                first.Add(await Groups.RateAsync(processor, batches, cancellationToken));
                var before = store.Submits + store.Reads;
                second.Add(await Groups.RateAsync(processor, again, cancellationToken));
                requests = store.Submits + store.Reads - before;
            }

            var replay = new Pair(second[1..], first[1..]);
            figures.Add(Figure.AtLeast(group, replay.Ratio, ReplayGoal, " times its orders/s", replay.Raw("replay", "first")));
            figures.Add(Figure.AtMost(group, requests, 0, " requests in a replay that the memory knows", $"{Orders} orders"));

            var half = await Rounds.InTurnAsync(
                async () => await Groups.RateAsync(await Groups.ProcessorAsync(group, new NoStore()), Doubled(batches), cancellationToken),
                async () => await Groups.RateAsync(await Groups.ProcessorAsync(group, new NoStore()), batches, cancellationToken));
            figures.Add(Figure.AtLeast(group, half.Ratio, HalfGoal, " of the records/s with half duplicates", half.Raw("half", "none")));
        }

        return figures;
    }

    // Each order once more in a later batch, as a producer's retry or another partition brings it.
    private static List<FunctionsConsumers.EffectivelyOnce.ConsumedRecord[]> Doubled(
        List<FunctionsConsumers.EffectivelyOnce.ConsumedRecord[]> batches) =>
        [.. batches.Zip(OrderBatches.Resent(batches)).SelectMany(pair => new[] { pair.First, pair.Second })];
}
