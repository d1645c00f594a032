namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>A record as the log holds it: coordinates, timestamp, and raw bytes.</summary>
/// <param name="Coordinates">Where the record stands.</param>
/// <param name="Timestamp">The record's timestamp, in UTC, to the millisecond as Kafka keeps it; null where it has none.</param>
/// <param name="Key">The key's bytes; null where the record has none.</param>
/// <param name="Value">The value's bytes; null for a tombstone.</param>
/// <param name="Headers">The headers in the record's order; names may repeat.</param>
public sealed record ConsumedRecord(
    Coordinates Coordinates,
    DateTimeOffset? Timestamp,
    byte[]? Key,
    byte[]? Value,
    IReadOnlyList<RecordHeader> Headers)
{
    /// <summary>The value of the last header of that name, or null: where a header is repeated, the last one counts.</summary>
    /// <param name="name">The header's name, compared ordinally.</param>
    /// <returns>The header's bytes, or null where there is no such header or it has no value.</returns>
    public byte[]? LastHeader(string name)
    {
        for (var i = Headers.Count - 1; i >= 0; i--)
        {
            if (string.Equals(Headers[i].Name, name, StringComparison.Ordinal))
            {
                return Headers[i].Value;
            }
        }

        return null;
    }
}

/// <summary>A header of a record.</summary>
/// <param name="Name">The header's name.</param>
/// <param name="Value">The header's bytes; null where it has none.</param>
public readonly record struct RecordHeader(string Name, byte[]? Value);

/// <summary>Where a record stands in the log; written <c>topic:partition:offset</c>.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition, from 0.</param>
/// <param name="Offset">The offset, from 0.</param>
public readonly record struct Coordinates(string Topic, int Partition, long Offset)
{
    /// <summary>The coordinates as text, <c>topic:partition:offset</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Topic}:{Partition}:{Offset}");
}
