using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.Lab.Guarantees;

/// <summary>
/// Effects as they are written without idempotency keys: the same rows and counters as the product's, one transaction for each
/// record, and a name for the row that says nothing of its order. Nobody can tell a second one from the first.
/// </summary>
internal sealed class KeylessEffects(
    IConsumer<OrderEvent> consumer, IEventDecoder<OrderEvent> decoder, ITableStore store, Buckets buckets, bool triesAgain,
    FaultTally tally) : IEffects
{
    /// <inheritdoc />
    public async Task ApplyAsync(IReadOnlyList<ConsumedRecord> batch, Fault? fault, CancellationToken cancellationToken)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            await ApplyAsync(batch[i], fault is { Kind: FaultKind.AnswerLost or FaultKind.RequestLost }
                && i == fault.Of(batch.Count) ? fault.Kind : null, cancellationToken);

            // Never behind the last one: there nothing would be missing.
            if (fault is { Kind: FaultKind.CrashAmidEffects } && i == fault.Of(batch.Count - 1))
            {
                tally.Note(fault.Kind);
                throw new CrashException();
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
    }

    private async Task ApplyAsync(ConsumedRecord record, FaultKind? lost, CancellationToken cancellationToken)
    {
        var decoded = decoder.Decode(record);
        var order = decoded.Event ?? throw new LabException(
            $"{record.Coordinates} is no order, and the laboratory sends nothing else: {decoded.Rejection?.Detail}");
        var identity = new EventIdentity(
            consumer.Group, decoded.Subject!, record.Coordinates.ToString(), Fingerprint.Of(record.Value), record.Coordinates);
        var plan = consumer.Plan(order, identity);
        while (true)
        {
            var result = await WriteAsync(plan, identity, lost, cancellationToken);
            if (result.Status == SubmitStatus.Committed || (result.Status == SubmitStatus.Unknown && !triesAgain))
            {
                return;
            }

            if (result.Status != SubmitStatus.Unknown)
            {
                throw new LabException($"the laboratory's tables refuse a row: {result.Detail}", result.Failure);
            }

            cancellationToken.ThrowIfCancellationRequested();
            lost = null;
        }
    }

    private async Task<SubmitResult> WriteAsync(Plan plan, EventIdentity identity, FaultKind? lost, CancellationToken cancellationToken)
    {
        if (lost is { } kind)
        {
            tally.Note(kind);
        }

        var unknown = new SubmitResult(SubmitStatus.Unknown, [], "no answer, by order of the laboratory");
        if (lost == FaultKind.RequestLost)
        {
            return unknown;
        }

        var bucket = buckets.Of(identity.Subject);
        var delivery = Delivery.Begin(TimeProvider.System.GetUtcNow());
        var columns = IdentityColumns.With(plan.Effect, identity, IdentityColumns.Applied, delivery);
        var counters = await store.ReadAsync(bucket, [.. plan.Additions.Select(addition => addition.RowKey)], null, cancellationToken);
        var result = await store.SubmitAsync(
            bucket,
            [RowOperation.Insert($"{consumer.EffectKind}!{delivery.Attempt}", columns),
            .. plan.Additions.Select(addition => Add(addition, counters.GetValueOrDefault(addition.RowKey)))],
            cancellationToken);
        return lost == FaultKind.AnswerLost ? unknown : result;
    }

    private static RowOperation Add(Addition addition, Row? counter)
    {
        var before = counter is not null && counter.Columns.TryGetValue(addition.Column, out var value) ? (long)value : 0;
        var columns = new Dictionary<string, object> { [addition.Column] = before + addition.Amount };
        return counter is null
            ? RowOperation.Insert(addition.RowKey, columns)
            : RowOperation.Replace(addition.RowKey, columns, counter.ETag);
    }
}
