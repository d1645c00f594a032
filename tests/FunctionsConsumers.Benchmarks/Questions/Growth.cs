using System.Globalization;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Rigs;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.Benchmarks.Questions;

/// <summary>
/// Whether a full table slows the consumers: billing with one resend of an old order among ten, the tables modelled, once
/// with 10,000 rows and once with 10,000,000.
/// </summary>
internal sealed class Growth : IQuestion
{
    private const int Few = 10_000;
    private const int Many = 10_000_000;
    private const int Orders = 18_000;
    private const double Goal = 0.95;
    private const double MemoryGoal = 1.05;

    public string Name => "growth";

    public string Asks => "10,000,000 rows in the table, modelled";

    public string Against => "10,000 rows";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var table = new OldOrders(bench.Seed, await Groups.DecoderAsync());
        List<double> bytes = [], bytesOfFew = [];
        var pair = await Rounds.InTurnAsync(
            () => RateAsync(bench, table, Many, bytes, cancellationToken),
            () => RateAsync(bench, table, Few, bytesOfFew, cancellationToken));
        var memory = new Pair(bytes, bytesOfFew);
        return
        [
            Figure.AtLeast("", pair.Ratio, Goal, " of the records/s", pair.Raw("10,000,000", "10,000")),
            Figure.AtMost("", memory.Ratio, MemoryGoal, " times the memory", memory.Raw("10,000,000: MiB", "10,000")),
        ];
    }

    private static async Task<double> RateAsync(
        Bench bench, OldOrders table, int rows, List<double> bytes, CancellationToken cancellationToken)
    {
        var random = new Random((int)bench.Seed);
        var resent = 0;
        var batches = OrderBatches.Make(bench.Seed, Orders, first: Many)
            .Select(batch => batch.Select(record => random.Next(10) == 0
                ? OrderBatches.Record(bench.Seed, random.Next(rows), 0) with
                {
                    Coordinates = record.Coordinates with { Offset = 100_000_000 + resent++ },
                }
                : record).ToArray())
            .ToList();
        var processor = await Groups.ProcessorAsync(
            "billing", new ModelledService(1, (int)bench.Seed, isInstant: true, (bucket, rowKey) => table.Find(bucket, rowKey, rows)));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var rate = await Groups.RateAsync(processor, batches, cancellationToken);
        bytes.Add((GC.GetTotalMemory(forceFullCollection: true) - before) / (1024.0 * 1024));
        GC.KeepAlive(processor);
        return rate;
    }

    // The invoices of all orders below a number, made when somebody asks: ten million of them would not fit.
    private sealed class OldOrders(long seed, IEventDecoder<OrderEvent> decoder)
    {
        public Row? Find(string bucket, string rowKey, int count)
        {
            if (Number(rowKey) is not { } number || number >= count)
            {
                return null;
            }

            var record = OrderBatches.Record(seed, number, 0);
            var order = decoder.Decode(record);
            return new Row(bucket, rowKey, "1", new Dictionary<string, object>
            {
                [IdentityColumns.Key] = IdempotencyKey.Of(record, order.EventId, order.Subject)!,
                [IdentityColumns.Fingerprint] = Fingerprint.Of(order.Canonical),
            });
        }

        // invoice!SEED-NUMBER, or the seed and ten digits; the traffic counts from 1.
        private static int? Number(string rowKey) =>
            rowKey.StartsWith("invoice!", StringComparison.Ordinal)
                && int.TryParse(rowKey.LastIndexOf('-') is var dash and >= 0 ? rowKey[(dash + 1)..] : rowKey[^10..], NumberStyles.None,
                    CultureInfo.InvariantCulture, out var number)
                ? number - 1
                : null;
    }
}
