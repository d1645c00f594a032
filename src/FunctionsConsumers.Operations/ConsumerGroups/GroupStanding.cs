namespace FunctionsConsumers.Operations.ConsumerGroups;

/// <summary>A consumer group: who consumes, and how far it is.</summary>
/// <param name="Group">The group.</param>
/// <param name="State">Its state, in Kafka's words.</param>
/// <param name="Members">Its members.</param>
/// <param name="Partitions">The topic's partitions.</param>
/// <param name="Lag">Records to go, over all partitions.</param>
public sealed record GroupStanding(
    string Group, string State, IReadOnlyList<GroupMember> Members, IReadOnlyList<PartitionStanding> Partitions, long Lag);

/// <summary>Where a group stands in a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Committed">The committed offset; null where the group never committed.</param>
/// <param name="End">One above the last offset.</param>
/// <param name="Lag">Offsets to go.</param>
/// <param name="Start">The first offset that the log holds.</param>
public sealed record PartitionStanding(int Partition, long? Committed, long End, long Lag, long Start);

/// <summary>What a group's table says of its messages.</summary>
/// <param name="Group">The group.</param>
/// <param name="IsThere">Whether the group has a table: it has none before its first start.</param>
/// <param name="Depth">Messages that are not sent yet, parked ones included.</param>
/// <param name="OldestAt">When the oldest of those was planned that is not parked; null where there is none.</param>
/// <param name="Claimed">Messages that a host may be sending.</param>
/// <param name="InDoubt">Messages that may have been sent before.</param>
/// <param name="Parked">Messages left for a person.</param>
public sealed record OutboxStanding(
    string Group, bool IsThere, long Depth, DateTimeOffset? OldestAt, long Claimed, long InDoubt, long Parked)
{
    /// <summary>The age of the oldest message that is not parked, in whole seconds.</summary>
    /// <param name="now">The time.</param>
    /// <returns>Seconds; 0 where there is none.</returns>
    public long AgeSeconds(DateTimeOffset now) => OldestAt is { } at ? Math.Max(0, (long)(now - at).TotalSeconds) : 0;
}
