using System.Globalization;
using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders.Billing;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.Orders.Inventory;
using FunctionsConsumers.Orders.Notification;
using FunctionsConsumers.UnitTests.Fuzzing;
using FunctionsConsumers.UnitTests.Orders.Reading;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.UnitTests.Orders;

/// <summary>The whole way of a record, in all three groups: whatever it is, it ends as an order or as a dead letter.</summary>
public sealed class OrderRecordsFuzzTests(ITestOutputHelper output)
{
    private const int Records = 6_000;
    private const int BatchSize = 250;

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
        }
    }

    private static async Task<BatchOutcome> ProcessAsync(FuzzRun run, IConsumer<OrderEvent> consumer, MemoryTableStore table, ConsumedRecord[] records)
    {
        var options = new EffectivelyOnceOptions();
        var processor = new BatchProcessor<OrderEvent>(
            consumer, Decoding.Decoder, table, new Buckets(options.Buckets), new NoOutbox(), options, TimeProvider.System, run.Random, NullLogger.Instance);
        var sum = default(BatchOutcome);
        foreach (var batch in records.Chunk(BatchSize))
        {
            var outcome = await processor.ProcessAsync(batch, TestContext.Current.CancellationToken);
            sum = new BatchOutcome(sum.Applied + outcome.Applied, sum.Duplicates + outcome.Duplicates, sum.DeadLettered + outcome.DeadLettered, sum.PassedOver + outcome.PassedOver);
        }

        return sum;
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
            value = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"order_id":"r-{{random.Next(20)}}","product":"Mouse","quantity":{{1 + random.Next(2)}}}"""));
        }

        return new ConsumedRecord(new Coordinates("order-events", offset % 3, offset / 3), DateTimeOffset.UnixEpoch.AddSeconds(offset), null, value, [.. Headers(random)]);
    }

    private static IEnumerable<RecordHeader> Headers(Random random)
    {
        for (var count = random.Next(3); count > 0; count--)
        {
            var name = random.Next(8) switch { 0 => "idempotency-key", 1 => "ce_id", 2 => "ce_source", 3 when random.Next(4) == 0 => "redrive-group", _ => "x-é\0" };
            byte[]? value = random.Next(5) switch { 0 => null, 1 => [], 2 => [0xFF, (byte)random.Next(256)], 3 => Encoding.UTF8.GetBytes("k" + random.Next(500)), _ => new byte[random.Next(1200)] };
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
