using System.Diagnostics;
using Azure;
using Azure.Data.Tables;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Rigs;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Reading;

namespace FunctionsConsumers.Benchmarks.Questions;

/// <summary>
/// What batching wins over the usual pattern of idempotent consumers: claim the key, write the effect, mark the key as done,
/// three single calls a message, 32 messages in flight. Same orders, same effect, same client, same Azurite.
/// </summary>
internal sealed class UsualPattern : IQuestion
{
    private const int Orders = 1_000;
    private const int OrdersOfOurs = 10_000;
    private const int InFlight = 32;
    private const double Goal = 20;

    public string Name => "batching";

    public string Asks => "what does batching win?";

    public string Against => "claim, effect, complete: three calls a message, 32 in flight";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var decoder = await Groups.DecoderAsync();
        var batches = OrderBatches.Make(bench.Seed, OrdersOfOurs);
        var records = batches.SelectMany(batch => batch).Take(Orders).ToList();
        var pair = await Rounds.InTurnAsync(
            async () => await Groups.RateAsync(
                await Groups.ProcessorAsync("billing", (await AzuriteTables.FreshAsync(bench, cancellationToken)).Store), batches,
                cancellationToken),
            async () =>
                await RateAsync((await AzuriteTables.FreshAsync(bench, cancellationToken)).Client, decoder, records, cancellationToken));
        await bench.ForgetTablesAsync();
        return [Figure.AtLeast("billing", pair.Ratio, Goal, " times its orders/s", pair.Raw("ours: orders/s", "usual pattern"))];
    }

    private static async Task<double> RateAsync(
        TableClient table, OrderDecoder decoder, List<ConsumedRecord> records, CancellationToken cancellationToken)
    {
        var consumer = Groups.Consumer("billing");
        var began = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(records,
            new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellationToken }, async (record, stop) =>
        {
            var order = decoder.Decode(record);
            var key = new TableEntity(order.Subject, "key") { ["State"] = "in progress" };
            var claimed = await table.AddEntityAsync(key, stop);
            var effect = new TableEntity(order.Subject, "invoice");
            var identity = new EventIdentity("billing", order.Subject!, order.Subject!, "", record.Coordinates);
            foreach (var (name, value) in consumer.Plan(order.Event!, identity).Effect)
            {
                effect[name] = value;
            }

            await table.AddEntityAsync(effect, stop);
            key["State"] = "completed";
            await table.UpdateEntityAsync(key, claimed.Headers.ETag ?? ETag.All, TableUpdateMode.Replace, stop);
        });
        return records.Count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
