namespace FunctionsConsumers.EffectivelyOnce.Testing;

/// <summary>A record as its producer sends it.</summary>
/// <param name="Value">The value's bytes; null for a tombstone.</param>
/// <param name="Key">The key's bytes: records of one key go to one partition, in order. Null where the record has none.</param>
/// <param name="Headers">The headers; null for none.</param>
public sealed record SentRecord(byte[]? Value, byte[]? Key = null, IReadOnlyList<RecordHeader>? Headers = null);
