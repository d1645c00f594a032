namespace FunctionsConsumers.EffectivelyOnce.Progress;

/// <summary>
/// The log as the gap audit sees it, beside the consumers and without joining their groups. The port behind which stand Kafka
/// and the simulation's log.
/// </summary>
internal interface IGroupLog
{
    /// <summary>The id the broker gave the topic when it was made; null where the broker does not tell.</summary>
    Task<string?> TopicIdAsync(string topic, CancellationToken cancellationToken);

    /// <summary>What the log holds of each partition, and where a group stands.</summary>
    Task<IReadOnlyList<PartitionPosition>> PositionsAsync(string topic, string group, CancellationToken cancellationToken);

    /// <summary>
    /// Reads an interval of a partition, committed records only. Returns the records found, and the offset up to which the interval
    /// was read: what lies below it and is not among the records is no record.
    /// </summary>
    Task<LogSlice> ReadAsync(string topic, int partition, long from, long to, int most, CancellationToken cancellationToken);
}

/// <summary>Where a partition begins and ends, and where a group stands in it.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="LogStart">The first offset that the broker still holds.</param>
/// <param name="LogEnd">The offset after the last committed record.</param>
/// <param name="Committed">The group's committed offset; null where it has none.</param>
internal readonly record struct PartitionPosition(int Partition, long LogStart, long LogEnd, long? Committed);

/// <summary>A read part of a partition.</summary>
/// <param name="Records">The records, in order.</param>
/// <param name="ReadTo">The offset up to which the interval was read.</param>
internal sealed record LogSlice(IReadOnlyList<ConsumedRecord> Records, long ReadTo);
