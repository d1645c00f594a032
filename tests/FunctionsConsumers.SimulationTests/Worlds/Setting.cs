using System.Globalization;
using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.SimulationTests.Domain;
using FunctionsConsumers.SimulationTests.Log;
using FunctionsConsumers.SimulationTests.SmallWorlds;

namespace FunctionsConsumers.SimulationTests.Worlds;

/// <summary>What a history starts with: the records, the hosts, the table's layout.</summary>
internal sealed record Setting
{
    public required int Seed { get; init; }

    /// <summary>The kind of the orders' rows; null for the consumer that keeps keys alone.</summary>
    public required string? EffectKind { get; init; }

    public required IReadOnlyList<IReadOnlyList<LoggedRecord>> Records { get; init; }

    /// <summary>Where the group begins in each partition; null for the first record of each.</summary>
    public IReadOnlyList<int>? Begins { get; init; }

    /// <summary>Whether the group has committed that offset; null for nowhere.</summary>
    public IReadOnlyList<bool>? HasCommitted { get; init; }

    /// <summary>Whether the group notes its progress and audits it; a small world without audits does not.</summary>
    public bool KeepsProgress => Small is null or { Audits: > 0 };

    /// <summary>Whether the broker tells the topic's id.</summary>
    public bool HasTopicId { get; init; } = true;

    /// <summary>How many of the partitions come later, when the topic grows: the group is to have them from their beginning.</summary>
    public int LaterPartitions { get; init; }

    /// <summary>Whether a record comes now with its timestamp and now without.</summary>
    public bool LosesTimestamps { get; init; }

    /// <summary>Whether hosts of an old version run beside those of the new one.</summary>
    public bool HasVersions { get; init; }

    /// <summary>How long a gap audit waits for owners that have not written their progress yet.</summary>
    public TimeSpan Grace { get; init; }

    /// <summary>Whether keys and dead letters' rows grow old enough to be forgotten. The hosts' clocks are then right to two minutes.</summary>
    public bool Forgets { get; init; }

    public TimeSpan Retention { get; init; } = TimeSpan.FromMinutes(30);

    public int Buckets { get; init; } = 2;

    public int Hosts { get; init; } = 2;

    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan BatchDeadline { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Whether the hosts ask the tables through the genuine client, with its own retries; else by the store's port.</summary>
    public bool ThroughClient { get; init; }

    /// <summary>The bound of a small world, in which a batch holds all there is; null for a history of a seed.</summary>
    public SmallWorld? Small { get; init; }

    /// <summary>Products known from the start.</summary>
    public static IReadOnlyList<string> Products { get; } = ["laptop", "phone", "mouse", Tables.ModelledTable.Unlucky, OrderConsumer.Forbidden, OrderConsumer.Overflow, OrderConsumer.Outgrown];

    /// <summary>Products that become known some day.</summary>
    public static IReadOnlyList<string> LaterProducts { get; } = ["drone", "robot"];

    /// <summary>A product that never becomes known.</summary>
    public const string NoProduct = "unicorn";

    private static readonly OrderKind[] Bad =
        [OrderKind.Poison, OrderKind.UnknownProduct, OrderKind.TooWide, OrderKind.Refused, OrderKind.Forbidden, OrderKind.Overflow, OrderKind.Outgrown];

    private static readonly byte[] Bulk = new byte[4_500_000];

    // A history through the client takes about five times as long as one by the port.
    private const int OneInSoManyThroughClient = 16;

    /// <summary>Whether all histories of this run go through the client.</summary>
    public static bool AllThroughClient { get; } = Environment.GetEnvironmentVariable("SIM_THROUGH_CLIENT") == "1";

    private static OrderSpec Control { get; } = new(OrderKind.Control, null, [], [], 0, 0, 0);

    /// <summary>A setting of a seed.</summary>
    public static Setting Of(int seed, Random random)
    {
        var partitions = new List<LoggedRecord>[1 + random.Next(3)];
        for (var i = 0; i < partitions.Length; i++)
        {
            partitions[i] = [];
        }

        var earlier = new List<(OrderSpec Spec, string Key)>();
        var records = 2 + random.Next(13);
        var bulky = random.Next(25) == 0;
        var forgets = random.Next(3) == 0;
        var effectKind = random.Next(forgets ? 2 : 3) == 0 ? null : "order";
        var controls = random.Next(4) == 0;
        for (var nonce = 0; nonce < records; nonce++)
        {
            var partition = random.Next(partitions.Length);
            if (controls && random.Next(4) == 0)
            {
                partitions[partition].Add(Logged(Control, "", partition, partitions[partition].Count));
            }

            var (spec, key) = Next(random, nonce, earlier, bulky);
            if (forgets && effectKind is null && spec.Kind != OrderKind.TooWide)
            {
                // A key alone may be forgotten only where the plan inserts no row of its own.
                spec = spec with { Rows = 0 };
            }

            earlier.Add((spec, key));
            var logged = Logged(spec, key, partition, partitions[partition].Count);
            partitions[partition].Add(bulky && spec.Kind == OrderKind.Poison ? logged with { Record = WithBulk(logged.Record) } : logged);
        }

        // Owners get in each other's way more often in fewer buckets, and that is where answers differ.
        var throughClient = AllThroughClient || seed % OneInSoManyThroughClient == 0;

        // The group begins where it once committed, or at the first record.
        var later = partitions.Length > 1 && random.Next(4) == 0 ? 1 : 0;
        int[] begins = [.. partitions.Select((partition, index) => index < partitions.Length - later && random.Next(3) == 0 ? random.Next((partition.Count / 2) + 1) : 0)];
        return new Setting
        {
            Seed = seed,
            EffectKind = effectKind,
            Records = partitions,
            Begins = begins,
            HasCommitted = [.. begins.Select((begin, index) => index < begins.Length - later && (begin > 0 || random.Next(2) == 0))],
            LaterPartitions = later,
            HasTopicId = random.Next(2) == 0,
            HasVersions = random.Next(3) == 0,
            LosesTimestamps = random.Next(4) == 0,
            Grace = TimeSpan.FromSeconds(random.Next(2) * 10),
            Forgets = forgets,
            Buckets = 1 + random.Next(throughClient ? 2 : 3),
            Hosts = 1 + random.Next(3),
            Lease = TimeSpan.FromSeconds(random.Next(2) == 0 ? 60 : 10),
            BatchDeadline = TimeSpan.FromSeconds(random.Next(2) == 0 ? 120 : 2),
            ThroughClient = throughClient,
        };
    }

    /// <summary>A record of the log.</summary>
    public static LoggedRecord Logged(OrderSpec spec, string key, int partition, int offset) => new(
        new ConsumedRecord(
            new Coordinates(ModelledLog.Topic, partition, offset),
            DateTimeOffset.UnixEpoch.AddDays(20_000).AddSeconds(offset),
            null,
            spec.Value,
            key.Length == 0 ? [] : [new RecordHeader("idempotency-key", Encoding.UTF8.GetBytes(key))]),
        spec,
        key.Length == 0 ? spec.Subject ?? "" : key);

    // Compressed, the broker takes it; no transaction does.
    private static ConsumedRecord WithBulk(ConsumedRecord record) => record with { Headers = [.. record.Headers, new RecordHeader("bulk", Bulk)] };

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
                return (spec.Otherwise(nonce, spec.Subject), spec.Subject is null ? key : "other-" + nonce.ToString(CultureInfo.InvariantCulture));
            case < 16:
                // The same key on another subject: another event.
                return (Fresh(OrderKind.Valid).Spec.Otherwise(nonce, Subject()), key);
            default:
                var (bad, badKey) = Fresh(Bad[random.Next(Bad.Length)]);

                // Now and then it is about a subject that another record is about, too.
                return spec!.Subject is not null && random.Next(3) == 0 ? (bad.Otherwise(nonce, spec.Subject), random.Next(2) == 0 ? key : badKey) : (bad, badKey);
        }

        string Subject() => "s" + nonce.ToString(CultureInfo.InvariantCulture);

        (OrderSpec Spec, string Key) Fresh(OrderKind kind)
        {
            var noSubject = kind == OrderKind.Valid && random.Next(8) == 0;
            var lines = Setting.Products.Take(3).Where(_ => random.Next(2) == 0).Select(product => (product, 1 + random.Next(3))).ToList();
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
                    lines.Add((Tables.ModelledTable.Unlucky, 1));
                    break;
            }

            string[] messages = [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(2) == 0 ? ModelledSender.Resent : ModelledSender.ParkedKind)];
            var rows = kind == OrderKind.TooWide ? 100 : random.Next(6) == 0 ? 20 + random.Next(40) : random.Next(2);
            var fresh = new OrderSpec(kind, noSubject ? null : Subject(), lines, messages, rows, bulky && kind == OrderKind.Valid ? random.Next(3) * 600_000 : 0, nonce);
            return (fresh, noSubject || random.Next(2) == 0 ? "key-" + nonce.ToString(CultureInfo.InvariantCulture) : "");
        }
    }
}
