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
    /// <param name="order">What was read of the effect's order; null where nothing was.</param>
    /// <param name="effect">The effect.</param>
    /// <returns>The origin.</returns>
    public EffectOrigin Of(LoggedOrder? order, EffectRow effect)
    {
        if (effect.Topic != log.Topic || (log.Ranges.TryGetValue(effect.Partition, out var range) && effect.Offset < range.Asked))
        {
            return EffectOrigin.NotAsked;
        }

        if (ReadFrom(order, effect) is not null)
        {
            return EffectOrigin.Read;
        }

        if (log.Find(effect.Partition, effect.Offset) is not { } record)
        {
            return effect.Offset >= range.End && effect.Offset < logEnds.GetValueOrDefault(effect.Partition)
                ? EffectOrigin.NotAsked
                : EffectOrigin.Gone;
        }

        // A topic made anew has other records at the old offsets: they are younger than the effect, or the effect's own order
        // was sent to it once more.
        var wasSentAgain = order?.Payloads.Any(candidate => candidate.IsOf(effect.Fingerprint)) == true;
        return wasSentAgain || record.WrittenAt > effect.AppliedAt ? EffectOrigin.Gone : EffectOrigin.None;
    }

    /// <summary>The record that an effect comes from.</summary>
    /// <param name="order">What was read of the effect's order; null where nothing was.</param>
    /// <param name="effect">The effect.</param>
    /// <returns>The record of this order at the effect's coordinates, with its fingerprint; null where there is none.</returns>
    public static LoggedRecord? ReadFrom(LoggedOrder? order, EffectRow effect)
    {
        foreach (var payload in order?.Payloads ?? [])
        {
            foreach (var record in payload.Records)
            {
                if (record.Partition == effect.Partition && record.Offset == effect.Offset)
                {
                    return payload.IsOf(effect.Fingerprint) ? record : null;
                }
            }
        }

        return null;
    }
}
