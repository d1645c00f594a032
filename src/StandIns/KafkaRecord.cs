namespace Microsoft.Azure.Functions.Worker;

/// <summary>A record as the trigger hands it over: raw key, value and headers with their coordinates.</summary>
public class KafkaRecord
{
    /// <summary>The topic.</summary>
    public string Topic { get; set; }

    /// <summary>The partition.</summary>
    public int Partition { get; set; }

    /// <summary>The offset in the partition.</summary>
    public long Offset { get; set; }

    /// <summary>The key; null where the record has none.</summary>
    public byte[] Key { get; set; }

    /// <summary>The value; null for a tombstone.</summary>
    public byte[] Value { get; set; }

    /// <summary>The record's timestamp; null where the host sends none.</summary>
    public KafkaTimestamp Timestamp { get; set; }

    /// <summary>The headers, in the record's order.</summary>
    public KafkaHeader[] Headers { get; set; }
}

/// <summary>A header of a record.</summary>
public class KafkaHeader
{
    /// <summary>The header's name.</summary>
    public string Key { get; set; }

    /// <summary>The header's bytes; null where it has none.</summary>
    public byte[] Value { get; set; }
}

/// <summary>When a record was made or appended.</summary>
public class KafkaTimestamp
{
    /// <summary>Milliseconds since the epoch.</summary>
    public long UnixTimestampMs { get; set; }

    /// <summary>What the instant means.</summary>
    public KafkaTimestampType Type { get; set; }

    /// <summary>The instant.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The milliseconds are outside the years 1 to 9999.</exception>
    public DateTimeOffset DateTimeOffset => DateTimeOffset.FromUnixTimeMilliseconds(UnixTimestampMs);
}

/// <summary>What a record's timestamp means.</summary>
public enum KafkaTimestampType
{
    /// <summary>Not known.</summary>
    NotAvailable = 0,
    /// <summary>When the producer made the record.</summary>
    CreateTime = 1,
    /// <summary>When the broker appended it.</summary>
    LogAppendTime = 2,
}
