using Confluent.Kafka;

namespace FunctionsConsumers.EffectivelyOnce.Kafka;

/// <summary>A record as the consumer read it, with the assignment under which it was read.</summary>
/// <param name="Record">The record.</param>
/// <param name="Partition">The partition.</param>
/// <param name="LeaderEpoch">The epoch of the partition's leader that wrote it; null where the broker does not say.</param>
/// <param name="Assignment">The number of the partition's assignment.</param>
internal readonly record struct ReadRecord(ConsumedRecord Record, TopicPartition Partition, int? LeaderEpoch, long Assignment)
{
    /// <summary>The offset to store once the record is settled: the one behind it.</summary>
    public TopicPartitionOffset Next => new(Partition, Record.Coordinates.Offset + 1, LeaderEpoch);

    /// <summary>
    /// Takes over what the consumer gave. <paramref name="result" /> is a record, and not the end of a partition.
    /// <paramref name="partition" /> is the record's, one object for the many records of a partition.
    /// </summary>
    public static ReadRecord Of(ConsumeResult<byte[], byte[]> result, TopicPartition partition, long assignment) => new(
        KafkaResults.ToConsumedRecord(result, partition.Topic), partition, result.LeaderEpoch, assignment);
}
