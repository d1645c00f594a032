using Confluent.Kafka;

namespace FunctionsConsumers.EffectivelyOnce.Kafka;

/// <summary>A record as the consumer read it, with the assignment under which it was read.</summary>
/// <param name="Record">The record.</param>
/// <param name="Next">The offset to store once the record is settled: the one behind it.</param>
/// <param name="Assignment">The number of the partition's assignment.</param>
internal readonly record struct ReadRecord(ConsumedRecord Record, TopicPartitionOffset Next, long Assignment)
{
    /// <summary>The partition.</summary>
    public TopicPartition Partition => Next.TopicPartition;

    /// <summary>Takes over what the consumer gave. <paramref name="result" /> is a record, and not the end of a partition.</summary>
    public static ReadRecord Of(ConsumeResult<byte[], byte[]> result, long assignment) => new(
        result.ToConsumedRecord(), new TopicPartitionOffset(result.TopicPartition, result.Offset + 1, result.LeaderEpoch), assignment);
}
