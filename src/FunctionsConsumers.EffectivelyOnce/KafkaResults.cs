using Confluent.Kafka;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>Turns what Confluent's consumer read into the library's records: for a consumer that runs without a host's trigger.</summary>
public static class KafkaResults
{
    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>
    /// The record as the library takes it. No record is refused for its timestamp: one that lies beyond every calendar becomes
    /// the last that one holds, and what is not after the first moment of 1970 is none.
    /// </summary>
    /// <param name="result">What the consumer read; a record, and not the end of a partition.</param>
    /// <returns>The record.</returns>
    public static ConsumedRecord ToConsumedRecord(this ConsumeResult<byte[], byte[]> result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new ConsumedRecord(
            new Coordinates(result.Topic, result.Partition.Value, result.Offset.Value),
            TimestampOf(result.Message.Timestamp.UnixTimestampMs),
            result.Message.Key,
            result.Message.Value,
            result.Message.Headers is { } headers
            ? [.. headers.Select(header => new RecordHeader(header.Key, header.GetValueBytes()))]
            : []);
    }

    /// <summary>A timestamp as Kafka gives it: absent ones come as 0 or below.</summary>
    /// <param name="unixMilliseconds">Milliseconds since 1970, UTC.</param>
    /// <returns>The timestamp; null where there is none.</returns>
    public static DateTimeOffset? TimestampOf(long unixMilliseconds) =>
        unixMilliseconds <= 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(unixMilliseconds, Latest));
}
