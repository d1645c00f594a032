using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers.LocalHost.Kafka;

/// <summary>A record as the consumer read it, with the assignment under which it was read.</summary>
/// <param name="Result">What the consumer gave.</param>
/// <param name="Assignment">The number of the partition's assignment.</param>
internal readonly record struct ReadRecord(ConsumeResult<byte[]?, byte[]?> Result, long Assignment)
{
    /// <summary>The record as the trigger hands it over.</summary>
    public KafkaRecord ToKafkaRecord() => new()
    {
        Topic = Result.Topic,
        Partition = Result.Partition.Value,
        Offset = Result.Offset.Value,
        Key = Result.Message.Key,
        Value = Result.Message.Value,

        // The extension hands the instant over and never says what it means; code must not come to rely on more here.
        Timestamp = new KafkaTimestamp { UnixTimestampMs = Result.Message.Timestamp.UnixTimestampMs, Type = KafkaTimestampType.NotAvailable },
        Headers = Result.Message.Headers is { } headers
            ? [.. headers.Select(header => new KafkaHeader { Key = header.Key, Value = header.GetValueBytes() })]
            : [],
    };
}
