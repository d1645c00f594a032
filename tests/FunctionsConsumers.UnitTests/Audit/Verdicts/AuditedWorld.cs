using System.Globalization;
using System.Text;
using FunctionsConsumers.Audit;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Tables;
using FunctionsConsumers.Audit.Verdicts;

namespace FunctionsConsumers.UnitTests.Audit.Verdicts;

/// <summary>
/// A made-up topic with two partitions and a group's table in which every order was handled once, and which a test then
/// spoils in one place.
/// </summary>
internal sealed class AuditedWorld
{
    public const string Topic = "order-events";

    private static readonly string[] Groups = ["billing", "inventory", "notification"];

    private readonly List<(int Partition, long Offset, byte[]? Value, string? Redrive)> _records = [];
    private readonly OrderReader _reader = new();
    private readonly long[] _next = new long[2];

    public AuditedWorld(string group) => Table = new TableReading(group);

    public TableReading Table { get; }

    public CatalogReading Catalog { get; set; } = CatalogOf("Laptop", "Mouse");

    public static CatalogReading CatalogOf(params string[] products) => new(products.ToDictionary(product => product, _ => 10m));

    public Dictionary<int, long> Committed { get; } = [];

    public long[] Start { get; } = [0, 0];

    public Findings Findings { get; } = new(20);

    public AuditedRecord Send(string? value, int partition = 0, string? redrive = null)
    {
        var bytes = value is null ? null : Encoding.UTF8.GetBytes(value);
        var record = new AuditedRecord(partition, _next[partition]++, bytes);
        _records.Add((partition, record.Offset, bytes, redrive));
        return record;
    }

    /// <summary>Sends a valid order and writes its effect as it should be.</summary>
    public AuditedRecord SendAndApply(string id, string product = "Laptop", int quantity = 1, int partition = 0)
    {
        var record = Send(Order(id, product, quantity), partition);
        Apply(record);
        return record;
    }

    public static string Order(string id, string product = "Laptop", int quantity = 1) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"order_id":"{{id}}","email":"a@example.org","lines":[{"product":"{{product}}","quantity":{{quantity}},"unit_price":2.5}]}""");

    public void Apply(AuditedRecord record, EffectContent? content = null, string bucket = "b001", string topic = Topic, Fingerprint? fingerprint = null, bool stock = true)
    {
        var order = _reader.Read(record.Value)!;
        Table.Add(order.Id, new EffectRow(bucket, fingerprint ?? Fingerprint.Of(record.Value), topic, record.Partition, record.Offset, content ?? Content(order)));
        if (stock && Table.Group == "inventory")
        {
            foreach (var (product, quantity) in EffectRules.Quantities(order.Lines))
            {
                Table.AddReserved(product, topic, quantity);
            }
        }
    }

    public void DeadLetter(AuditedRecord record) => Table.DeadLetters.Add((Topic, record.Partition, record.Offset));

    public EffectContent Content(AuditedOrder order) => Table.Group switch
    {
        "billing" => new EffectContent(
            Lines: [.. order.Lines.Select(line => line with { UnitPrice = line.UnitPrice ?? 1200.00m })],
            Currency: order.Currency,
            Total: order.Lines.Sum(line => line.Quantity * (line.UnitPrice ?? 1200.00m)).ToString(CultureInfo.InvariantCulture)),
        "inventory" => new EffectContent(Lines: [.. EffectRules.Quantities(order.Lines).Select(line => new AuditedLine(line.Key, line.Value, null))]),
        _ => new EffectContent(To: order.Email, Channel: order.Email is null ? "none" : "email"),
    };

    public AuditedOrder Read(AuditedRecord record) => _reader.Read(record.Value)!;

    public GroupReport Judge()
    {
        var log = Log();
        for (var partition = 0; partition < 2; partition++)
        {
            Committed.TryAdd(partition, _next[partition]);
        }

        return Verdict.Judge(log, Catalog, Table, Committed, Findings);
    }

    public (long DistinctOrders, long Poison) Count() => Verdict.Count(Log(), Catalog);

    private LogReading Log()
    {
        var log = new LogReading(Topic, Groups);
        log.Cover(0, Start[0], _next[0]);
        log.Cover(1, Start[1], _next[1]);
        foreach (var (partition, offset, value, redrive) in _records.Where(record => record.Offset >= Start[record.Partition]))
        {
            log.Add(partition, offset, value, redrive is null ? null : Encoding.UTF8.GetBytes(redrive));
        }

        return log;
    }
}

/// <summary>A record that a test sent.</summary>
internal sealed record AuditedRecord(int Partition, long Offset, byte[]? Value);
