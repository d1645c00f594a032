using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Sessions;
using FunctionsConsumers.Audit.Spilling;
using FunctionsConsumers.Audit.Tables;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Lab.Services;
using FunctionsConsumers.Lab.Traffic;
using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.LocalHost.Embedded;
using FunctionsConsumers.Orders.Billing;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.Orders.Inventory;
using FunctionsConsumers.Orders.Notification;
using FunctionsConsumers.Orders.Reading;

namespace FunctionsConsumers.Lab.Guarantees;

/// <summary>
/// The plan's traffic under one guarantee, on a broker and tables of its own, so that nothing of one guarantee is left for the next;
/// then counted.
/// </summary>
internal sealed class GuaranteeRun(Guarantee guarantee, TrafficPlan plan, FaultSchedule schedule, int partitions)
{
    private const string Topic = "order-events";
    private const int BucketCount = 16;
    private const int MostSweeps = 10;

    private static readonly IConsumer<OrderEvent>[] Consumers =
    [
        new GroupPlanner<OrderEvent, InvoiceConsumer>(new()),
        new GroupPlanner<OrderEvent, ReservationConsumer>(new()),
        new GroupPlanner<OrderEvent, ConfirmationConsumer>(new()),
    ];

    private readonly FaultTally _tally = new();
    private readonly Buckets _buckets = new(BucketCount);
    private long _delivered;

    /// <summary>The groups whose consumers take part.</summary>
    public static IReadOnlyList<string> Groups { get; } = [.. Consumers.Select(consumer => consumer.Group)];

    /// <summary>Runs.</summary>
    /// <exception cref="LabException">The broker took not every record.</exception>
    public async Task<GuaranteeReport> RunAsync(Action<long> report, CancellationToken cancellationToken)
    {
        await using var services = await EmbeddedServices.StartAsync(true, true, Topic, partitions, cancellationToken);
        var target = Target.Resolve(
            new TargetOptions(services.Brokers, services.TablesConnectionString, Topic), new Dictionary<string, string>(), run: null);
        var produced = await TrafficProducer.ProduceAsync(target.Kafka(), Topic, plan, null, _ => { }, cancellationToken);
        if (produced.Failed > 0 || produced.CutShort)
        {
            throw new LabException($"{produced.Failed} records were not taken by the embedded broker: {produced.Failure ?? "stopped"}");
        }

        using var reader = target.OpenTopics();
        var ranges = await Task.Run(() => reader.Offsets(Topic), cancellationToken);
        var accounts = target.Tables();
        var catalog = new ProductCatalog(new TableCatalogSource(accounts.Clients[0], TimeProvider.System), TimeProvider.System);
        await catalog.ReadAsync(cancellationToken);
        await Task.WhenAll(Consumers.Select((consumer, group) => Task.Run(
            () => ConsumeAsync(target, accounts, consumer, group, new OrderDecoder(catalog), ranges, report, cancellationToken),
            cancellationToken)));
        return await CountAsync(target, reader, ranges, cancellationToken);
    }

    private async Task ConsumeAsync(
        Target target, TableAccounts accounts, IConsumer<OrderEvent> consumer, int group, IEventDecoder<OrderEvent> decoder,
        IReadOnlyList<PartitionOffsets> ranges, Action<long> report, CancellationToken cancellationToken)
    {
        var store = await GroupTable.OpenAsync(accounts, consumer.Group, BucketCount, cancellationToken);
        Owner BeginLife() => new(target.Kafka(), Topic, consumer.Group, guarantee == Guarantee.EffectivelyOnce
            ? new ProcessorEffects(consumer, decoder, store, _buckets, _tally)
            : new KeylessEffects(consumer, decoder, store, _buckets, guarantee == Guarantee.AtLeastOnce, _tally));

        await new GroupRun(guarantee, group, schedule, _tally, BeginLife).RunAsync(
            ranges, count => report(Interlocked.Add(ref _delivered, count)), cancellationToken);
        if (guarantee == Guarantee.EffectivelyOnce)
        {
            // Mails of lives that ended before they sent them: nobody claimed them, so anyone may send them.
            using var outbox = ProcessorEffects.Outbox(consumer.Group, store, _buckets);
            for (var sweeps = 0; sweeps < MostSweeps && await outbox.SweepAsync(cancellationToken) > 0; sweeps++)
            {
            }
        }
    }

    private async Task<GuaranteeReport> CountAsync(
        Target target, TopicReader reader, IReadOnlyList<PartitionOffsets> ranges, CancellationToken cancellationToken)
    {
        using var spill = new Spill();
        var log = new LogReading(Topic, Groups, spill);
        foreach (var range in ranges)
        {
            log.Cover(range.Partition, range.Start, range.Start, range.End);
        }

        await Task.Run(() => reader.Read(Topic, ranges,
            record =>
            log.Add(record.Partition, record.Offset, record.Message.Timestamp.UtcDateTime, record.Message.Value, null),
            cancellationToken), cancellationToken);
        var tables = new TableReader(target.Tables().Clients);
        var counts = new List<EffectCount>(Groups.Count);
        foreach (var group in Groups)
        {
            using var table = await tables.ReadAsync(group, spill, cancellationToken);
            counts.Add(EffectCount.Of(log, table));
        }

        bool? audited = guarantee == Guarantee.EffectivelyOnce
            ? await new AuditSession(target.Audited(), Groups).RunAsync(null, TimeSpan.Zero, cancellationToken) is { IsWhole: true,
                Report.Ok: true }
            : null;
        return new GuaranteeReport(
            guarantee.Name(), guarantee.Steps(), counts.Sum(count => count.Effects), counts.Sum(count => count.Lost), counts.Sum(
            count => count.Doubled),
            counts.Sum(count => count.StockOff), audited, _tally.Counts(), counts);
    }
}
