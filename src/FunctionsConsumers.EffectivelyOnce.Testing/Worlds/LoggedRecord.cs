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

    /// <summary>What it is, in a history that is written down.</summary>
    public virtual string Described => $"{Record.Coordinates} subject {Subject} key {Key}";
}
