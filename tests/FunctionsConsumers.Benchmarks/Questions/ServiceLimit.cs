using System.Diagnostics;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Rigs;

namespace FunctionsConsumers.Benchmarks.Questions;

/// <summary>
/// One host with its three groups against the service's own limits, modelled: how much of 20,000 entities a second it uses,
/// and what three more accounts add.
/// </summary>
internal sealed class ServiceLimit : IQuestion
{
    private const double EntitiesOfAnAccount = 20_000;
    private const double Goal = 0.9;
    private const double AccountsGoal = 3.6;
    private const int Buckets = 64;

    // A batch waits for the slowest of its buckets' answers: with 64 of them 30 to 40 ms. Batches of 1,000, one at a time, would end at
    // 25,000 orders/s in each group whatever the accounts take.
    private const int BatchSize = 4_000;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(3);

    public string Name => "service-limit";

    public string Asks => "the service's limit, modelled: 8 ms, 40 ms at p99, 2,000 and 20,000 entities/s, 503 above";

    public string Against => "20,000 entities/s; one account";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var pair = await Rounds.InTurnAsync(() => RateAsync(bench, 4, cancellationToken), () => RateAsync(bench, 1, cancellationToken));
        return
        [
            Figure.AtLeast("one account", Rounds.Median(pair.Theirs) / EntitiesOfAnAccount, Goal, " of its limit",
                Rounds.Line(pair.Theirs) + " entities/s"),
            Figure.AtLeast("four accounts", pair.Ratio, AccountsGoal, " times one", pair.Raw("four", "one")),
        ];
    }

    private static async Task<double> RateAsync(Bench bench, int accounts, CancellationToken cancellationToken)
    {
        var service = new ModelledService(accounts, (int)bench.Seed);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var batches = OrderBatches.Make(bench.Seed, 300_000, size: BatchSize);
        var groups = Task.WhenAll(Groups.Names.Select(group => Task.Run(async () =>
        {
            var processor = await Groups.ProcessorAsync(group, new PrefixedStore(service, group), Buckets);
            for (var next = 0; next < batches.Count && !stop.IsCancellationRequested; next++)
            {
                await processor.ProcessAsync(batches[next], CancellationToken.None);
            }
        }, CancellationToken.None)));
        await Task.Delay(WarmUp, cancellationToken);
        var (entities, began) = (service.Entities, Stopwatch.GetTimestamp());
        await Task.Delay(Measured, cancellationToken);
        var rate = (service.Entities - entities) / Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (groups.IsCompleted)
        {
            throw new InvalidOperationException("The orders were used up before the time was: raise their number.");
        }

        await stop.CancelAsync();
        await groups;
        return rate;
    }
}
