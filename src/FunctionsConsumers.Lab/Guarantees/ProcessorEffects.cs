using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.Orders.Mail;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.Lab.Guarantees;

/// <summary>
/// Effects by the product itself: its processor and its outbox, made anew for each process life, over a table that fails by
/// order.
/// </summary>
internal sealed class ProcessorEffects : IEffects
{
    private readonly FaultyStore _store;
    private readonly Buckets _buckets;
    private readonly IEventDecoder<OrderEvent> _decoder;
    private readonly GroupOutbox _outbox;
    private readonly BatchProcessor<OrderEvent> _processor;

    /// <summary>Begins a process life.</summary>
    public ProcessorEffects(
        IConsumer<OrderEvent> consumer, IEventDecoder<OrderEvent> decoder, ITableStore store, Buckets buckets, FaultTally tally)
    {
        (_store, _buckets, _decoder) = (new FaultyStore(store, tally), buckets, decoder);
        _outbox = Outbox(consumer.Group, store, buckets);
        _processor = new BatchProcessor<OrderEvent>(consumer, decoder, _store, buckets, _outbox, new EffectivelyOnceOptions(),
            TimeProvider.System, Random.Shared, NullLogger.Instance);
    }

    /// <summary>The outbox of a process life; what lives before it left behind is found by its sweep.</summary>
    public static GroupOutbox Outbox(string group, ITableStore store, Buckets buckets) =>
        new(group, store, buckets, [new MailTaker()], new EffectivelyOnceOptions(), Guid.NewGuid().ToString("N"), TimeProvider.System,
            NullLogger.Instance);

    /// <inheritdoc />
    public async Task ApplyAsync(IReadOnlyList<ConsumedRecord> batch, Fault? fault, CancellationToken cancellationToken)
    {
        // Each bucket of the batch is one transaction at least, unless all its records are known duplicates.
        var transactions = batch.Select(record => _buckets.Of(_decoder.Decode(record).Subject ?? record.Coordinates.ToString())).Distinct(
            StringComparer.Ordinal).Count();
        _store.Arm(fault, (transactions + 1) / 2);
        await _processor.ProcessAsync(batch, cancellationToken);
        _store.Arm(null, 0);
        await _outbox.DispatchAsync(cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => _outbox.Dispose();

    // Takes every mail: what is counted here are rows.
    private sealed class MailTaker : IMessageSender
    {
        public string Kind => EmailPayload.Kind;

        public InDoubtPolicy? InDoubt => null;

        public Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken) =>
            Task.FromResult(SendResult.Sent);
    }
}
