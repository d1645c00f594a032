using FunctionsConsumers.EffectivelyOnce.Hosting;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>What a group in a host of a world stands on, in the place of accounts, broker and receivers.</summary>
internal sealed record GroupParts(
    IGroupTables Tables, IEnumerable<IMessageSender> Senders, IGroupLog Log, EffectivelyOnceOptions Options, ProcessLife Process)
{
    /// <summary>The library's own group over them.</summary>
    public IConsumerGroup Group<TEvent>(IConsumer<TEvent> consumer, IEventDecoder<TEvent> decoder, TimeProvider time) =>
        new ConsumerGroup<TEvent>(
            consumer,
            new ConsumedTopics([ModelledLog.Topic], GroupStart.Earliest),
            decoder,
            Tables,
            Senders,
            new SendSlots(Options),
            Log,
            Options,
            Process,
            time,
            configuration: null,
            NullLoggerFactory.Instance);
}
