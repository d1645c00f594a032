using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Rigs;

namespace FunctionsConsumers.Benchmarks.Questions;

/// <summary>What once costs: the product against the same effects without anything that makes them happen once.</summary>
internal sealed class CostOfOnce : IQuestion
{
    private const int Orders = 8_000;
    private const double Goal = 0.9;

    public string Name => "once";

    public string Asks => "what does once cost?";

    public string Against => "same batches and effects, no identity, no check";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var batches = OrderBatches.Make(bench.Seed, Orders);
        var decoder = await Groups.DecoderAsync();
        var figures = new List<Figure>();
        foreach (var group in Groups.Names)
        {
            var pair = await Rounds.InTurnAsync(
                async () => await Groups.RateAsync(
                    await Groups.ProcessorAsync(group, (await AzuriteTables.FreshAsync(bench, cancellationToken)).Store), batches,
                    cancellationToken),
                async () => await Groups.RateAsync(
                    new EffectsAlone(group, decoder, (await AzuriteTables.FreshAsync(bench, cancellationToken)).Store), batches,
                    cancellationToken));
            await bench.ForgetTablesAsync();
            figures.Add(Figure.AtLeast(group, pair.Ratio, Goal, " of its orders/s", pair.Raw("ours: orders/s", "effects alone")));
        }

        return figures;
    }
}
