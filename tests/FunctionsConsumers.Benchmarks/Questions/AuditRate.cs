using System.Diagnostics;
using Azure;
using Azure.Data.Tables;
using Confluent.Kafka;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Spilling;
using FunctionsConsumers.Audit.Tables;
using FunctionsConsumers.Audit.Verdicts;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Rigs;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders.Catalog;

namespace FunctionsConsumers.Benchmarks.Questions;

/// <summary>
/// The audit's own work, with topic and table in memory: reading records, reading billing's rows, the verdict. Broker and
/// tables come on top, at their own rates. Its memory is measured beside it, with orders that are made while they are read.
/// </summary>
internal sealed class AuditRate : IQuestion
{
    private const int Orders = 100_000;
    private const int ManyOrders = 2_000_000;
    private const double Goal = 100_000;
    private const double FlatGoal = 1.25;

    public string Name => "audit";

    public string Asks => "the audit's records/s";

    public string Against => "–";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var catalog = new CatalogReading(DefaultCatalog.Products.ToDictionary(product => product.Name, product => product.Price));

        // Once in vain, for what is made once.
        await AuditMemory.MostAsync(bench.Seed, catalog, Orders, cancellationToken);
        var few = await AuditMemory.MostAsync(bench.Seed, catalog, Orders, cancellationToken);
        var many = await AuditMemory.MostAsync(bench.Seed, catalog, ManyOrders, cancellationToken);
        var batches = OrderBatches.Make(bench.Seed, Orders);
        var memory = new MemoryTableStore();
        await Groups.RateAsync(await Groups.ProcessorAsync("billing", memory), batches, cancellationToken);
        var rows = memory.Rows().Select(Entity).ToList();
        var records = batches.SelectMany(batch => batch).Select(record => (record, Headers: Headers(record))).ToList();
        var rates = await Rounds.OfAsync(() => Task.FromResult(Rate(records, rows, catalog)));
        return
        [
            Figure.AtLeast("", Rounds.Median(rates), Goal, " records/s", Rounds.Line(rates)),
            Figure.AtMost("memory, 2,000,000 orders to 100,000", many.Memory / few.Memory, FlatGoal, " times",
                $"{Orders} orders: {few}; {ManyOrders} orders: {many}"),
        ];
    }

    private static double Rate(
        List<(FunctionsConsumers.EffectivelyOnce.ConsumedRecord Record, Headers? Headers)> records, List<TableEntity> rows,
        CatalogReading catalog)
    {
        GC.Collect();
        var began = Stopwatch.GetTimestamp();
        using var spill = new Spill();
        var log = new LogReading("order-events", ["billing"], spill);
        var committed = new Dictionary<int, long>();
        for (var partition = 0; partition < 4; partition++)
        {
            log.Cover(partition, 0, 0, Orders);
            committed[partition] = Orders;
        }

        foreach (var (record, headers) in records)
        {
            log.Add(record.Coordinates.Partition, record.Coordinates.Offset, record.Timestamp!.Value.UtcDateTime, record.Value, headers);
        }

        using var table = new TableReading("billing", spill);
        var effects = new EffectRows("billing");
        var range = table.Begin();
        foreach (var row in rows)
        {
            effects.Add(row, range);
        }

        range.Keep();
        var (report, _) = Verdict.Judge(log, catalog, table, new GroupPosition(committed, committed), []);
        var rate = records.Count / Stopwatch.GetElapsedTime(began).TotalSeconds;
        return report.Ok && report.Applied == records.Count
            ? rate
            : throw new InvalidOperationException($"The audit says {report}: what is measured is no good run.");
    }

    private static TableEntity Entity(Row row)
    {
        var entity = new TableEntity(row.PartitionKey, row.RowKey) { ETag = new ETag(row.ETag) };
        foreach (var (name, value) in row.Columns)
        {
            entity[name] = value;
        }

        return entity;
    }

    private static Headers? Headers(FunctionsConsumers.EffectivelyOnce.ConsumedRecord record)
    {
        if (record.Headers.Count == 0)
        {
            return null;
        }

        var headers = new Headers();
        foreach (var header in record.Headers)
        {
            headers.Add(header.Name, header.Value);
        }

        return headers;
    }
}
