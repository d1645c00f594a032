using System.Globalization;
using System.Text;
using Confluent.Kafka;
using FunctionsConsumers.Audit;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Spilling;
using FunctionsConsumers.Audit.Tables;
using FunctionsConsumers.Audit.Verdicts;

namespace FunctionsConsumers.UnitTests.Audit.Verdicts;

/// <summary>
/// A made-up topic with two partitions and a group's table in which every order was handled once, and which a test then
/// spoils in one place. Each verdict is given twice: with all notes in memory, and with all of them in the file.
/// </summary>
internal sealed class AuditedWorld
{
    public const string Topic = "order-events";

    private static readonly string[] Groups = ["billing", "inventory", "notification"];

    private readonly List<(AuditedRecord Record, Headers? Headers)> _records = [];
    private readonly OrderReader _reader = new();
    private readonly long[] _next = new long[2];

    public AuditedWorld(string group) => Table = new AuditedTable(group);

    public AuditedTable Table { get; }

    public CatalogReading Catalog { get; set; } = CatalogOf("Laptop", "Mouse");

    public static CatalogReading CatalogOf(params string[] products) => new(products.ToDictionary(product => product, _ => 10m));

    public Dictionary<int, long> Committed { get; } = [];

    public long[] Start { get; } = [0, 0];

    /// <summary>The first offsets that the broker still holds.</summary>
    public long[] LogStart { get; } = [0, 0];

    /// <summary>The ends of the log when the table had been read; those of the records where nothing else is said.</summary>
    public Dictionary<int, long> LogEnds { get; } = [];

    public List<Finding> Findings { get; } = [];

    public long Unaudited { get; private set; }

    /// <summary>The time at which records are written from now on; effects are written a second later.</summary>
    public DateTime Now { get; set; } = new(2026, 11, 21, 10, 0, 0, DateTimeKind.Utc);

    public AuditedRecord Send(string? value, int partition = 0, string? redrive = null, params (string Name, byte[]? Value)[] headers)
    {
        var record = new AuditedRecord(partition, _next[partition]++, value is null ? null : Encoding.UTF8.GetBytes(value), Now);
        var all = new Headers();
        foreach (var (name, bytes) in redrive is null ? headers : [.. headers, ("redrive-group", Encoding.UTF8.GetBytes(redrive))])
        {
            all.Add(name, bytes);
        }

        _records.Add((record, all.Count == 0 ? null : all));
        return record;
    }

    /// <summary>Compaction, or a transaction's marker: the offset is there, and no record.</summary>
    public void Drop(AuditedRecord record) => _records.RemoveAll(sent => sent.Record == record);

    /// <summary>The topic is deleted and made anew: no record is left, and offsets begin at 0 again.</summary>
    public void MakeTopicAnew()
    {
        _records.Clear();
        Array.Clear(_next);
        Now = Now.AddMinutes(1);
    }

    /// <summary>Sends a valid order and writes its effect as it should be.</summary>
    public AuditedRecord SendAndApply(string id, string product = "Laptop", int quantity = 1, int partition = 0)
    {
        var record = Send(Order(id, product, quantity), partition);
        Apply(record);
        return record;
    }

    public static string Order(string id, string product = "Laptop", int quantity = 1) =>
        string.Create(CultureInfo.InvariantCulture, $$"""
            {"order_id":"{{id}}","email":"a@example.org","lines":[{"product":"{{product}}","quantity":{{quantity}},"unit_price":2.5}]}
            """);

    public void Apply(AuditedRecord record, EffectContent? content = null, string bucket = "b001", string topic = Topic,
        Fingerprint? fingerprint = null, bool stock = true)
    {
        var order = _reader.Read(record.Value)!;
        Table.Effects.Add((order.Id,
            new EffectRow(bucket, fingerprint ?? OrderMeaning.FingerprintOf(order), topic, record.Partition, record.Offset,
            record.WrittenAt.AddSeconds(1), content ?? Content(order))));
        if (stock && Table.Group == "inventory")
        {
            foreach (var (product, quantity) in EffectRules.Quantities(order.Lines))
            {
                Table.AddReserved(product, topic, quantity);
            }
        }
    }

    public void DeadLetter(AuditedRecord record) => Table.DeadLetters[(Topic, record.Partition, record.Offset)] =
        _reader.Read(record.Value) is { } order ? OrderMeaning.FingerprintOf(order) : Fingerprint.Of(record.Value);

    public EffectContent Content(AuditedOrder order) => Table.Group switch
    {
        "billing" => new EffectContent(
            Lines: [.. order.Lines.Select(line => line with { UnitPrice = line.UnitPrice ?? 1200.00m })],
            Currency: order.Currency,
            Total: order.Lines.Sum(line => line.Quantity * (line.UnitPrice ?? 1200.00m)).ToString(CultureInfo.InvariantCulture)),
        "inventory" =>
            new EffectContent(Lines: [.. EffectRules.Quantities(order.Lines).Select(line => new AuditedLine(line.Key, line.Value, null))]),
        _ => new EffectContent(To: order.Email, Channel: order.Email is null ? "none" : "email"),
    };

    public AuditedOrder Read(AuditedRecord record) => _reader.Read(record.Value)!;

    public GroupReport Judge()
    {
        using var inMemory = new Spill();
        var (report, findings) = Judge(inMemory, CancellationToken.None);
        using var inFile = SmallSpill();
        var (spilled, found) = Judge(inFile, CancellationToken.None);
        Assert.Equal((report, 0), (spilled, inMemory.OnFile));
        Assert.Equal(findings, found);
        Findings.AddRange(findings);
        return report;
    }

    public (GroupReport Report, List<Finding> Findings) Judge(Spill spill, CancellationToken cancellationToken)
    {
        for (var partition = 0; partition < 2; partition++)
        {
            Committed.TryAdd(partition, _next[partition]);
            LogEnds.TryAdd(partition, _next[partition]);
        }

        var findings = new List<Finding>();
        using var table = Table.Read(spill);
        (var report, Unaudited) = Verdict.Judge(
            Log(spill), Catalog, table, new GroupPosition(Committed, LogEnds), findings, cancellationToken);
        return (report, findings);
    }

    public (long DistinctOrders, long Poison) Count()
    {
        using var spill = SmallSpill();
        return Verdict.Count(Log(spill), Catalog);
    }

    // Nothing stays in memory but the last bytes of each list.
    private static Spill SmallSpill() => new(memory: 0, block: 32);

    private LogReading Log(Spill spill)
    {
        var log = new LogReading(Topic, Groups, spill);
        log.Cover(0, Start[0], Math.Max(Start[0], LogStart[0]), _next[0]);
        log.Cover(1, Start[1], Math.Max(Start[1], LogStart[1]), _next[1]);
        foreach (var (record,
            headers) in _records.Where(sent =>
            sent.Record.Offset >= Math.Max(Start[sent.Record.Partition], LogStart[sent.Record.Partition])))
        {
            log.Add(record.Partition, record.Offset, record.WrittenAt, record.Value, headers);
        }

        return log;
    }
}

/// <summary>A record that a test sent.</summary>
internal sealed record AuditedRecord(int Partition, long Offset, byte[]? Value, DateTime WrittenAt);

/// <summary>A group's table as a test made it.</summary>
internal sealed class AuditedTable(string group)
{
    private readonly List<(string Product, string Topic, long Quantity)> _reserved = [];

    public string Group => group;

    public List<(string OrderId, EffectRow Row)> Effects { get; } = [];

    public Dictionary<(string Topic, int Partition, long Offset), Fingerprint?> DeadLetters { get; } = [];

    public List<SkippedOffsets> Skipped { get; } = [];

    public long Messages { get; set; }

    public void AddReserved(string product, string topic, long quantity) => _reserved.Add((product, topic, quantity));

    /// <summary>Reads the table, at first in vain, as where its stock changes while it is read.</summary>
    public TableReading Read(Spill spill)
    {
        var reading = new TableReading(group, spill);
        Read(reading.Begin());
        var range = reading.Begin();
        Read(range);
        range.Keep();
        reading.Skipped.AddRange(Skipped);
        return reading;
    }

    private void Read(TableRange range)
    {
        Effects.ForEach(effect => range.Add(effect.OrderId, effect.Row));
        _reserved.ForEach(counter => range.AddReserved(counter.Product, counter.Topic, counter.Quantity));
        range.Messages += Messages;
        foreach (var (at, fingerprint) in DeadLetters)
        {
            range.AddDeadLetter(at, fingerprint);
        }
    }
}
