using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Tables;

namespace FunctionsConsumers.Audit.Verdicts;

/// <summary>Where an effect comes from.</summary>
internal enum EffectOrigin
{
    /// <summary>From the record that was read at its coordinates.</summary>
    Read,

    /// <summary>From a record that was not asked about: of another topic, before the audit's start, or after the end it saw.</summary>
    NotAsked,

    /// <summary>
    /// From a record that the log does not hold any more: dropped by retention or compaction, or of a topic of the same name
    /// before this one.
    /// </summary>
    Gone,

    /// <summary>From no record: another one stands at its coordinates, and the log never held the effect's own.</summary>
    None,
}

/// <summary>Finds out where effects come from. Pure.</summary>
/// <param name="log">What was read from the topic.</param>
/// <param name="logEnds">One above the last offset of each partition, asked for after the table was read.</param>
internal sealed class EffectOrigins(LogReading log, IReadOnlyDictionary<int, long> logEnds)
{
    /// <summary>Finds an effect's origin.</summary>
    /// <param name="orderId">The effect's order.</param>
    /// <param name="effect">The effect.</param>
    /// <returns>The origin.</returns>
    public EffectOrigin Of(string orderId, EffectRow effect)
    {
        if (effect.Topic != log.Topic || (log.Ranges.TryGetValue(effect.Partition, out var range) && effect.Offset < range.Asked))
        {
            return EffectOrigin.NotAsked;
        }

        if (log.At(effect.Partition, effect.Offset) is not { } record)
        {
            return effect.Offset >= range.End && effect.Offset < logEnds.GetValueOrDefault(effect.Partition)
                ? EffectOrigin.NotAsked
                : EffectOrigin.Gone;
        }

        if (record.Payload is { } payload && payload.Order.Id == orderId && payload.IsOf(effect.Fingerprint))
        {
            return EffectOrigin.Read;
        }

        // A topic made anew has other records at the old offsets: they are younger than the effect, or the effect's own order
        // was sent to it once more.
        var wasSentAgain = log.Orders.TryGetValue(orderId, out var order)
            && order.Payloads.Any(candidate => candidate.IsOf(effect.Fingerprint));
        return wasSentAgain || record.WrittenAt > effect.AppliedAt ? EffectOrigin.Gone : EffectOrigin.None;
    }
}
