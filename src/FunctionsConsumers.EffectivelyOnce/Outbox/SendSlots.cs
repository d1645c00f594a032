using System.Collections.Concurrent;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// How many messages a sender sends side by side in this process, over all groups and buckets: more at once would wait in the
/// receiver's queue instead of here, each on a connection of its own.
/// </summary>
internal sealed class SendSlots(EffectivelyOnceOptions options)
{
    private readonly ConcurrentDictionary<IMessageSender, SemaphoreSlim> _slots = new();

    /// <summary>The places of a sender. Returns as many as the sender says, else as the setting says.</summary>
    public SemaphoreSlim Of(IMessageSender sender) =>
        _slots.GetOrAdd(sender, one => new SemaphoreSlim(one.SendsAtOnce ?? options.SendsAtOnce));
}
