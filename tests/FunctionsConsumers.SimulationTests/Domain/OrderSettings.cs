using System.Globalization;
using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Testing.Tables;
using FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

namespace FunctionsConsumers.SimulationTests.Domain;

/// <summary>Makes settings of orders: good ones, bad ones, resent ones, two that contradict each other.</summary>
internal static class OrderSettings
{
    /// <summary>Products known from the start.</summary>
    public static IReadOnlyList<string> Products { get; } = ["laptop", "phone", "mouse", ModelledTable.Unlucky, OrderConsumer.Forbidden,
        OrderConsumer.Overflow, OrderConsumer.Outgrown];

    /// <summary>Products that become known some day.</summary>
    public static IReadOnlyList<string> LaterProducts { get; } = ["drone", "robot"];

    /// <summary>A product that never becomes known.</summary>
    public const string NoProduct = "unicorn";

    private static readonly OrderKind[] Bad =
        [OrderKind.Poison, OrderKind.UnknownProduct, OrderKind.TooWide, OrderKind.Refused, OrderKind.Forbidden, OrderKind.Overflow,
            OrderKind.Outgrown];

    private static readonly byte[] Bulk = new byte[4_500_000];

    // A history through the client takes about five times as long as one by the port.
    private const int OneInSoManyThroughClient = 16;

    /// <summary>Whether all histories of this run go through the client.</summary>
    public static bool AllThroughClient { get; } = Environment.GetEnvironmentVariable("SIM_THROUGH_CLIENT") == "1";

    /// <summary>What all histories of this run are about; null for every kind in its turn.</summary>
    public static HistoryKind? OnlyKind { get; } =
        Environment.GetEnvironmentVariable("SIM_KIND") is { Length: > 0 } kind ? Enum.Parse<HistoryKind>(kind) : null;

    private static OrderSpec Control { get; } = new(OrderKind.Control, null, [], [], 0, 0, 0);

    /// <summary>A setting of a seed.</summary>
    public static Setting Of(int seed, Random random)
    {
        var kind = KindOf(seed);
        var partitions = new List<OrderRecord>[kind switch
        {
            HistoryKind.Large => 6,
            HistoryKind.Contended => 1,
            HistoryKind.LargeBatches => 1 + random.Next(2),
            HistoryKind.ManyResends => 4,
            _ => 1 + random.Next(3),
        }];
        for (var i = 0; i < partitions.Length; i++)
        {
            partitions[i] = [];
        }

        var earlier = new List<(OrderSpec Spec, string Key)>();
        var records = kind switch
        {
            HistoryKind.Large => 150,
            HistoryKind.LargeBatches => 1200,
            HistoryKind.ManyResends => 80,
            _ => 2 + random.Next(13),
        };
        var bulky = random.Next(25) == 0 && kind is HistoryKind.Usual;
        var forgets = random.Next(3) == 0 && kind is HistoryKind.Usual or HistoryKind.ManyResends or HistoryKind.MadeAnew;
        var mayKeepKeys = kind is HistoryKind.Usual or HistoryKind.MadeAnew;
        var effectKind = kind is HistoryKind.ManyResends || (mayKeepKeys && random.Next(forgets ? 2 : 3) == 0) ? null : "order";
        var byMeaning = random.Next(3) == 0;
        var controls = random.Next(4) == 0;
        for (var nonce = 0; nonce < records; nonce++)
        {
            var partition = random.Next(partitions.Length);
            if (controls && random.Next(4) == 0)
            {
                partitions[partition].Add(Logged(Control, "", partition, partitions[partition].Count));
            }

            var (spec, key) = kind switch
            {
                HistoryKind.Contended => Contended(nonce),
                HistoryKind.ManyResends when nonce > 2 => earlier[random.Next(3)],
                HistoryKind.LargeBatches when random.Next(12) > 0 => Small(random, nonce, earlier),
                _ => Next(random, nonce, earlier, bulky),
            };
            if (byMeaning && random.Next(3) == 0)
            {
                spec = spec.Spelled(random.Next(3));
            }

            if (forgets && effectKind is null && spec.Kind != OrderKind.TooWide)
            {
                // A key alone may be forgotten only where the plan inserts no row of its own.
                spec = spec with { Rows = 0 };
            }

            earlier.Add((spec, key));
            var logged = Logged(spec, key, partition, partitions[partition].Count, byMeaning);
            partitions[partition].Add(bulky && spec.Kind == OrderKind.Poison ? logged with { Record = WithBulk(logged.Record) } : logged);
        }

        // Owners get in each other's way more often in fewer buckets, and that is where answers differ.
        var throughClient = kind is HistoryKind.Contended
            || (kind is HistoryKind.Usual && (AllThroughClient || seed % OneInSoManyThroughClient == 0));

        // The group begins where it once committed, or at the first record.
        var later = partitions.Length > 1 && kind is HistoryKind.Usual or HistoryKind.Large && random.Next(4) == 0 ? 1 : 0;
        int[] begins = [.. partitions.Select(
            (partition, index) => index < partitions.Length - later && random.Next(3) == 0 ? random.Next((partition.Count / 2) + 1) : 0)];
        return new Setting
        {
            Seed = seed,
            Consumer = world => new OrdersUnderTest(world, effectKind, byMeaning),
            Records = partitions,
            Begins = begins,
            HasCommitted = [.. begins.Select((begin, index) => index < begins.Length - later && (begin > 0 || random.Next(2) == 0))],
            LaterPartitions = later,
            LaterTopics = kind is HistoryKind.MadeAnew
                ? LaterTopics(random, earlier, partitions.Length, byMeaning, forgets && effectKind is null)
                : [],
            HasTopicId = random.Next(2) == 0 || kind is HistoryKind.MadeAnew,
            HasVersions = random.Next(3) == 0,

            // Of two topics' records with equal bytes at the same coordinates the timestamp tells which is which.
            LosesTimestamps = random.Next(4) == 0 && kind is not HistoryKind.MadeAnew,
            Kind = kind,
            Grace = kind is HistoryKind.Contended ? TimeSpan.Zero : TimeSpan.FromSeconds(random.Next(2) * 10),
            Forgets = forgets,
            Buckets = kind is HistoryKind.Contended ? 1 : 1 + random.Next(throughClient ? 2 : 3),
            Hosts = kind switch { HistoryKind.Large => 5, HistoryKind.Contended => 2, _ => 1 + random.Next(3) },
            Lease = TimeSpan.FromSeconds(random.Next(2) == 0 ? 60 : 10),
            BatchDeadline = TimeSpan.FromSeconds(random.Next(2) == 0 ? 120 : 2),
            ThroughClient = throughClient,
            IsHosted = kind is not HistoryKind.Contended && random.Next(3) == 0,
        };
    }

    /// <summary>The kind of a seed's history.</summary>
    public static HistoryKind KindOf(int seed) => OnlyKind ?? seed switch
    {
        _ when (AllThroughClient && seed % 2 == 0) || seed % (2 * OneInSoManyThroughClient) == 0 => HistoryKind.Contended,
        _ when seed % 400 == 11 => HistoryKind.LargeBatches,
        _ when seed % 40 == 7 => HistoryKind.Large,
        _ when seed % 20 == 3 => HistoryKind.ManyResends,
        _ when seed % 20 == 13 => HistoryKind.MadeAnew,
        _ => HistoryKind.Usual,
    };

    // One or two topics that are made later under the same name, with new records and old ones sent again.
    private static List<IReadOnlyList<IReadOnlyList<LoggedRecord>>> LaterTopics(
        Random random, List<(OrderSpec Spec, string Key)> earlier, int partitions, bool byMeaning, bool withoutRows)
    {
        List<IReadOnlyList<IReadOnlyList<LoggedRecord>>> topics = [];
        for (var left = 1 + random.Next(2); left > 0; left--)
        {
            List<OrderRecord>[] records = [.. Enumerable.Range(0, partitions).Select(_ => new List<OrderRecord>())];
            for (var count = 2 + random.Next(13); count > 0; count--)
            {
                var partition = random.Next(partitions);
                var (spec, key) = Next(random, earlier.Count, earlier, bulky: false);
                spec = withoutRows && spec.Kind != OrderKind.TooWide ? spec with { Rows = 0 } : spec;
                earlier.Add((spec, key));
                records[partition].Add(Logged(spec, key, partition, records[partition].Count, byMeaning, topics.Count + 1));
            }

            topics.Add(records);
        }

        return topics;
    }

    // Each adds to the same counters, and what was skipped is handled beside them.
    private static (OrderSpec Spec, string Key) Contended(int nonce) => (new OrderSpec(
        OrderKind.Valid, "s" + nonce.ToString(CultureInfo.InvariantCulture), [("laptop", 1), ("phone", 2)], [], 0, 0, nonce), "");

    // Nearly all of a thousand are plain orders, one in four sent before.
    private static (OrderSpec Spec, string Key) Small(Random random, int nonce, List<(OrderSpec Spec, string Key)> earlier) =>
        earlier.Count > 0 && random.Next(4) == 0
            ? earlier[random.Next(earlier.Count)]
            : (new OrderSpec(OrderKind.Valid, "s" + nonce.ToString(CultureInfo.InvariantCulture), [("laptop", 1)],
                random.Next(20) == 0 ? [OrdersUnderTest.Resent] : [], 0, 0, nonce), "");

    /// <summary>A record of the log.</summary>
    public static OrderRecord Logged(
        OrderSpec spec, string key, int partition, int offset, bool byMeaning = false, int incarnation = 0) => new(
        new ConsumedRecord(
            new Coordinates(ModelledLog.Topic, partition, offset),
            DateTimeOffset.UnixEpoch.AddDays(20_000 + incarnation).AddSeconds(offset),
            null,
            spec.Value,
            key.Length == 0 ? [] : [new RecordHeader("idempotency-key", Encoding.UTF8.GetBytes(key))]),
        spec,
        key.Length == 0 ? spec.Subject ?? "" : key,
        byMeaning)
    {
        Incarnation = incarnation,
    };

    // Compressed, the broker takes it; no transaction does.
    private static ConsumedRecord WithBulk(ConsumedRecord record) =>
        record with { Headers = [.. record.Headers, new RecordHeader("bulk", Bulk)] };

    private static (OrderSpec Spec, string Key) Next(Random random, int nonce, List<(OrderSpec Spec, string Key)> earlier, bool bulky)
    {
        var (spec, key) = earlier.Count == 0 ? default : earlier[random.Next(earlier.Count)];
        switch (earlier.Count == 0 ? 0 : random.Next(20))
        {
            case < 8:
                return Fresh(OrderKind.Valid);
            case < 12:
                return (spec, key);
            case < 13:
                return (spec, spec.Subject is null ? key : "other-" + nonce.ToString(CultureInfo.InvariantCulture));
            case < 14:
                return (spec.Otherwise(nonce, spec.Subject), key);
            case < 15:
                return (spec.Otherwise(nonce, spec.Subject),
                    spec.Subject is null ? key : "other-" + nonce.ToString(CultureInfo.InvariantCulture));
            case < 16:
                // The same key on another subject: another event.
                return (Fresh(OrderKind.Valid).Spec.Otherwise(nonce, Subject()), key);
            default:
                var (bad, badKey) = Fresh(Bad[random.Next(Bad.Length)]);

                // Now and then it is about a subject that another record is about, too.
                return spec!.Subject is not null && random.Next(3) == 0
                    ? (bad.Otherwise(nonce, spec.Subject), random.Next(2) == 0 ? key : badKey)
                    : (bad, badKey);
        }

        string Subject() => "s" + nonce.ToString(CultureInfo.InvariantCulture);

        (OrderSpec Spec, string Key) Fresh(OrderKind kind)
        {
            var noSubject = kind == OrderKind.Valid && random.Next(8) == 0;
            var lines = Products.Take(3).Where(_ => random.Next(2) == 0).Select(product => (product, 1 + random.Next(3))).ToList();
            switch (kind)
            {
                case OrderKind.UnknownProduct:
                    lines.Add((random.Next(3) == 0 ? NoProduct : LaterProducts[random.Next(LaterProducts.Count)], 1));
                    break;
                case OrderKind.Forbidden:
                    lines.Add((OrderConsumer.Forbidden, 1));
                    break;
                case OrderKind.Overflow:
                    lines.Add((OrderConsumer.Overflow, 1));
                    break;
                case OrderKind.Outgrown:
                    lines.Add((OrderConsumer.Outgrown, 1));
                    break;
                case OrderKind.Refused:
                    lines.Add((ModelledTable.Unlucky, 1));
                    break;
            }

            string[] messages = [.. Enumerable.Range(0, random.Next(3))
                .Select(_ => random.Next(2) == 0 ? OrdersUnderTest.Resent : OrdersUnderTest.Parked)];
            var rows = kind == OrderKind.TooWide ? 100 : random.Next(6) == 0 ? 20 + random.Next(40) : random.Next(2);
            var fresh = new OrderSpec(kind, noSubject ? null : Subject(), lines, messages, rows,
                bulky && kind == OrderKind.Valid ? random.Next(3) * 600_000 : 0, nonce);
            return (fresh, noSubject || random.Next(2) == 0 ? "key-" + nonce.ToString(CultureInfo.InvariantCulture) : "");
        }
    }
}
