using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.Benchmarks.Rigs;

/// <summary>
/// The same effects in the same batches and transactions, and nothing that makes them happen once: no identity columns, no
/// fingerprint, no memory, no check of what the plan holds. What a careful author of batched writes would build.
/// </summary>
/// <param name="group">The group.</param>
/// <param name="decoder">The decoder.</param>
/// <param name="store">The table.</param>
internal sealed class EffectsAlone(string group, IEventDecoder<OrderEvent> decoder, ITableStore store) : IBatchProcessor
{
    private readonly IConsumer<OrderEvent> _consumer = Groups.Consumer(group);
    private readonly Buckets _buckets = new(Groups.Buckets);
    private readonly Counters _counters = new(store);

    public string Group => group;

    public async Task<BatchOutcome> ProcessAsync(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken)
    {
        var planned = records.Select(Plan).GroupBy(record => record.Bucket);
        await Task.WhenAll(planned.Select(bucket => WriteAsync(_buckets.All[bucket.Key], [.. bucket], cancellationToken)));
        return new BatchOutcome([.. records.Select(record => new RecordOutcome(record.Coordinates, RecordResult.Applied))]);
    }

    private PlannedRecord Plan(ConsumedRecord record)
    {
        var order = decoder.Decode(record);
        var identity = new EventIdentity(group, order.Subject!, order.Subject!, "", record.Coordinates);
        var plan = _consumer.Plan(order.Event!, identity);
        var row = RowOperation.Insert(RowKey.OfSubject(_consumer.EffectKind!, order.Subject!), plan.Effect);
        return new PlannedRecord
        {
            Record = record,
            Identity = identity,
            Bucket = _buckets.NumberOf(order.Subject!),
            Inserts = [row],
            Additions = [.. plan.Additions],
            Messages = [.. plan.Messages.Select((message, i) =>
                new OutboxMessage(identity.MessageId(i), message.Kind, group, order.Subject!, message.Payload, DateTimeOffset.UtcNow))],
            RequestBytes = TransactionLimits.RequestBytes(row),
        };
    }

    private async Task WriteAsync(string bucket, List<PlannedRecord> records, CancellationToken cancellationToken)
    {
        while (records.Count > 0)
        {
            var (chosen, parcels) = TransactionPacker.Next(records);
            var additions = await _counters.AddAsync(bucket, chosen, cancellationToken);
            var result = await store.SubmitAsync(
                bucket,
                [.. chosen.SelectMany(record => record.Inserts), .. additions, .. parcels.SelectMany(
                    parcel => OutboxRows.Inserts(parcel))],
                cancellationToken);
            if (result.Status != SubmitStatus.Committed)
            {
                throw new InvalidOperationException($"The tables took no transaction of the benchmark: {result.Detail}");
            }

            for (var i = 0; i < additions.Count; i++)
            {
                _counters.Committed(bucket, additions[i], result.ETags[chosen.Count + i]);
            }

            records = [.. records.Except(chosen)];
        }
    }
}
