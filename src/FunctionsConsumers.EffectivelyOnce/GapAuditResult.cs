namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>What a gap audit found.</summary>
/// <param name="Found">Records below the committed offset that were not known to be finished.</param>
/// <param name="Healed">Those of them that had no effect and no dead letter, and have one now.</param>
/// <param name="Lost">Offsets that the broker had dropped before.</param>
public readonly record struct GapAuditResult(long Found, int Healed, long Lost);
