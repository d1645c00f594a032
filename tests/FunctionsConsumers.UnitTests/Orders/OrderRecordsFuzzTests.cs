using System.Globalization;
using System.Text;
using Azure.Data.Tables;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Spilling;
using FunctionsConsumers.Audit.Tables;
using FunctionsConsumers.Audit;
using FunctionsConsumers.Audit.Verdicts;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders;
using FunctionsConsumers.Orders.Billing;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.Orders.Inventory;
using FunctionsConsumers.Orders.Notification;
using FunctionsConsumers.UnitTests.Fuzzing;
using FunctionsConsumers.UnitTests.Orders.Reading;
using Microsoft.Extensions.Logging.Abstractions;
using static System.FormattableString;
using AuditVerdict = FunctionsConsumers.Audit.Verdicts.Verdict;

namespace FunctionsConsumers.UnitTests.Orders;

/// <summary>
/// The whole way of a record, in all three groups: whatever it is, it ends as an order or as a dead letter. The audit reads
/// the same records and the tables they ended in by its own code, and has to come to the same numbers.
/// </summary>
public sealed class OrderRecordsFuzzTests(ITestOutputHelper output)
{
    private const int Records = 6_000;
    private const int BatchSize = 250;

    private static readonly string[] Redriven = ["billing", "inventory", "notification", "Billing", "billing,inventory", "notification "];

    [Fact]
    public async Task Every_record_ends_as_an_order_or_as_a_dead_letter_with_a_reason_of_the_list()
    {
        var run = new FuzzRun(output, Records);
        var text = new OrderText(run.Random, [.. DefaultCatalog.Products.Select(product => product.Name)]);
        var records = Enumerable.Range(0, run.Inputs).Select(offset => Record(run.Random, text, offset)).ToArray();
        foreach (var consumer in (IConsumer<OrderEvent>[])[
            new GroupPlanner<OrderEvent, InvoiceConsumer>(new()),
            new GroupPlanner<OrderEvent, ReservationConsumer>(new()),
            new GroupPlanner<OrderEvent, ConfirmationConsumer>(new())])
        {
            var table = new MemoryTableStore();
            var first = await ProcessAsync(run, consumer, table, records);
            var again = await ProcessAsync(run, consumer, table, records);

            var dead = table.Rows().Where(row => row.RowKey.StartsWith("dead!", StringComparison.Ordinal)).ToArray();
            var applied = table.Rows().Count(row => row.Text(IdentityColumns.State) == IdentityColumns.Applied);
            run.Note(string.Create(CultureInfo.InvariantCulture, $"{consumer.Group}: {first}"));
            Assert.Equal(records.Length, first.Applied + first.Duplicates + first.DeadLettered + first.PassedOver);
            Assert.Equal((first.Applied, first.DeadLettered), (applied, dead.Length));
            Assert.Equal((0, 0), (again.Applied, again.DeadLettered));
            Assert.All(dead, row => Assert.Contains(row.Text("Reason"), RejectionReasons.All));
            Assert.True(first is { Applied: > 100, Duplicates: > 10, DeadLettered: > 100, PassedOver: > 10 }, first.ToString());
            foreach (var reason in (string[])["bad-redrive", "too-large", "key-reused", "order-exists"])
            {
                Assert.Contains(first.Records, record => record.Reason == reason);
            }

            Audit(consumer.Group, records, table, first);
        }
    }

    private static void Audit(string group, ConsumedRecord[] records, MemoryTableStore table, BatchOutcome outcome)
    {
        using var spill = new Spill(memory: 0, block: 256);
        var log = new LogReading("order-events", Groups.All, spill);
        var ends = records.GroupBy(record => record.Coordinates.Partition).ToDictionary(
            partition => partition.Key, partition => partition.Max(record => record.Coordinates.Offset) + 1);
        foreach (var (partition, end) in ends)
        {
            log.Cover(partition, 0, 0, end);
        }

        foreach (var record in records)
        {
            var headers = new Confluent.Kafka.Headers();
            record.Headers.ToList().ForEach(header => headers.Add(header.Name, header.Value));
            log.Add(record.Coordinates.Partition, record.Coordinates.Offset, record.Timestamp!.Value.UtcDateTime, record.Value, headers);
        }

        using var reading = new TableReading(group, spill);
        var (range, rows) = (reading.Begin(), new EffectRows(group));
        foreach (var row in table.Rows())
        {
            rows.Add(new TableEntity(row.Columns.ToDictionary()) { PartitionKey = row.PartitionKey, RowKey = row.RowKey }, range);
        }

        range.Keep();

        var findings = new List<Finding>();
        var catalog = new CatalogReading(DefaultCatalog.Products.ToDictionary(product => product.Name, product => product.Price));
        var (report, unaudited) = AuditVerdict.Judge(log, catalog, reading, new GroupPosition(ends, ends), findings);

        Assert.Equal([], findings.Where(finding => finding.Kind != "outbox").Select(finding => $"{finding}: {Shown(records, finding)}"));
        Assert.Equal((outcome.Applied, outcome.Duplicates, outcome.DeadLettered, 0, 0),
            (report.Applied, report.Duplicates, report.DeadLettered, report.Pending, unaudited));
    }

    private static string Shown(ConsumedRecord[] records, Finding finding) =>
        records.FirstOrDefault(record => record.Coordinates.Partition == finding.Partition
            && record.Coordinates.Offset == finding.Offset) is { } record
            ? Encoding.Latin1.GetString((record.Value ?? []).AsSpan(0, Math.Min(record.Value?.Length ?? 0, 500))) + string.Join(
                ' ', record.Headers.Select(header => header.Name))
            : "";

    private static async Task<BatchOutcome> ProcessAsync(
        FuzzRun run, IConsumer<OrderEvent> consumer, MemoryTableStore table, ConsumedRecord[] records)
    {
        var options = new EffectivelyOnceOptions();
        var processor = new BatchProcessor<OrderEvent>(
            consumer, Decoding.Decoder, table, new Buckets(options.Buckets), new NoOutbox(), options, TimeProvider.System, run.Random,
            NullLogger.Instance);
        var outcomes = new List<RecordOutcome>(records.Length);
        foreach (var batch in records.Chunk(BatchSize))
        {
            outcomes.AddRange((await processor.ProcessAsync(batch, TestContext.Current.CancellationToken)).Records);
        }

        return new BatchOutcome(outcomes);
    }

    private static ConsumedRecord Record(Random random, OrderText text, int offset)
    {
        var value = random.Next(30) == 0 ? null : text.Next();
        if (value is { Length: < 4096 } && random.Next(4) == 0)
        {
            value = ByteMutation.Of(random, value);
        }
        else if (random.Next(6) == 0)
        {
            // Few ids: resends, keys used twice, orders of one id.
            var (id, quantity) = (random.Next(20), 1 + random.Next(2));
            value = Encoding.UTF8.GetBytes(random.Next(3) switch
            {
                0 => Invariant($$"""{"order_id":"r-{{id}}","product":"Mouse","quantity":{{quantity}}}"""),
                1 => Invariant($$"""{"quantity": {{quantity}}, "product": "Mouse", "order_id": "r-{{id}}", "seen": {{offset}}}"""),
                _ => Invariant($$"""
                    {"lines":[{"product":"Mouse","quantity":{{quantity}}}],"order_id":"r-{{id}}","currency":"EUR","customer_id":null}
                    """),
            });
        }

        return new ConsumedRecord(new Coordinates("order-events", offset % 3, offset / 3), DateTimeOffset.UnixEpoch.AddSeconds(offset),
            null, value, [.. Headers(random)]);
    }

    private static IEnumerable<RecordHeader> Headers(Random random)
    {
        for (var count = random.Next(3); count > 0; count--)
        {
            var name = random.Next(9) switch { 0 => "idempotency-key", 1 => "ce_id", 2 => "ce_source", 8 => "message-id",
                3 when random.Next(4) == 0 => "redrive-group", _ => "x-é\0" };
            byte[]? value = random.Next(name == "redrive-group" ? 10
                : 5) switch { 0 => null, 1 => [], 2 => [0xFF, (byte)random.Next(256)], 3 =>
                Encoding.UTF8.GetBytes("k" + random.Next(500)), 4 => new byte[random.Next(1200)], _ =>
                Encoding.UTF8.GetBytes(Redriven[random.Next(Redriven.Length)]) };
            yield return new RecordHeader(name, value);
        }
    }

    private sealed class NoOutbox : IOutbox
    {
        public void Offer(string bucket, IReadOnlyList<CommittedParcel> parcels)
        {
        }
    }
}
