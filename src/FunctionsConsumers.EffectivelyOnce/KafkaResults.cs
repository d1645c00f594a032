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
        return ToConsumedRecord(result, result.Topic);
    }

    /// <summary>The record, with the topic's name given: the consumer makes a text of it for each record.</summary>
    internal static ConsumedRecord ToConsumedRecord(ConsumeResult<byte[], byte[]> result, string topic) => new(
        new Coordinates(topic, result.Partition.Value, result.Offset.Value),
        TimestampOf(result.Message.Timestamp.UnixTimestampMs),
        result.Message.Key,
        result.Message.Value,
        HeadersOf(result.Message.Headers));

    private static RecordHeader[] HeadersOf(Headers? given)
    {
        var headers = given is null or { Count: 0 } ? [] : new RecordHeader[given.Count];
        for (var i = 0; i < headers.Length; i++)
        {
            headers[i] = new RecordHeader(given![i].Key, given[i].GetValueBytes());
        }

        return headers;
    }

    /// <summary>A timestamp as Kafka gives it: absent ones come as 0 or below.</summary>
    /// <param name="unixMilliseconds">Milliseconds since 1970, UTC.</param>
    /// <returns>The timestamp; null where there is none.</returns>
    public static DateTimeOffset? TimestampOf(long unixMilliseconds) =>
        unixMilliseconds <= 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(unixMilliseconds, Latest));
}
