using Confluent.Kafka;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>Turns what Confluent's consumer read into the library's records, for whoever consumes without a host's trigger.</summary>
public static class KafkaResults
{
    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>
    /// The record as the library takes it. No record is refused for its timestamp: one that no calendar holds becomes the
    /// nearest that one does.
    /// </summary>
    /// <param name="result">What the consumer read; a record, and not the end of a partition.</param>
    /// <returns>The record.</returns>
    public static ConsumedRecord ToConsumedRecord(this ConsumeResult<byte[], byte[]> result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new ConsumedRecord(
            new Coordinates(result.Topic, result.Partition.Value, result.Offset.Value),
            DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(result.Message.Timestamp.UnixTimestampMs, 0, Latest)),
            result.Message.Key,
            result.Message.Value,
            result.Message.Headers is { } headers ? [.. headers.Select(header => new RecordHeader(header.Key, header.GetValueBytes()))] : []);
    }
}
