namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>A record of the log, with what its maker knows of it.</summary>
/// <param name="Record">The record as a consumer gets it.</param>
/// <param name="Subject">The subject, for which the key stands where the event has none; null for what is no event.</param>
/// <param name="Key">The idempotency key of the event; empty for what is no event.</param>
/// <param name="Fingerprint">The fingerprint of the event: two records with equal ones are the same event.</param>
internal record LoggedRecord(ConsumedRecord Record, string? Subject, string Key, string Fingerprint)
{
    /// <summary>Whether a consumer ever sees it; else its offset is that of a control record or of a compacted one.</summary>
    public bool IsRecord { get; init; } = true;

    /// <summary>In which of the topics of that name it stands, from 0: a topic may be deleted and made anew.</summary>
    public int Incarnation { get; init; }

    /// <summary>What it is, in a history that is written down.</summary>
    public virtual string Described =>
        $"{Record.Coordinates}{(Incarnation > 0 ? $" of topic {Incarnation}" : "")} subject {Subject} key {Key}";
}
