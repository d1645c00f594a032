using FunctionsConsumers.EffectivelyOnce.Progress;

namespace FunctionsConsumers.EffectivelyOnce.Health;

/// <summary>A group that is watched.</summary>
internal sealed record WatchedGroup(string Name, IReadOnlyList<string> Topics);

/// <summary>Where a group stood, over all its hosts: what the broker told.</summary>
/// <param name="At">When it was asked.</param>
/// <param name="Partitions">Each partition of its topics.</param>
internal sealed record GroupReading(DateTimeOffset At, IReadOnlyList<TopicPosition> Partitions)
{
    /// <summary>The sum of the committed offsets: it moves when any host has handled anything.</summary>
    public long Committed { get; } = Partitions.Sum(partition => partition.Position.Committed ?? 0);

    /// <summary>Records to go, over all partitions.</summary>
    public long Lag { get; } = Partitions.Sum(partition => partition.Lag);
}

/// <summary>Where a group stands in a partition.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Position">The partition, what the log holds of it, and the committed offset.</param>
internal sealed record TopicPosition(string Topic, PartitionPosition Position)
{
    /// <summary>Records to go; a group that never committed has all of the log to go.</summary>
    public long Lag => Math.Max(0, Position.LogEnd - (Position.Committed ?? Position.LogStart));
}

/// <summary>What is known of a group's health.</summary>
/// <param name="LookedAt">When it was looked at last.</param>
/// <param name="Reading">Where it stood then; null where the broker did not tell.</param>
/// <param name="Broker">Why the broker did not tell; null where it did.</param>
/// <param name="Tables">Why the group's table could not be read; null where it could.</param>
/// <param name="IsSilent">Whether it handles nothing while its lag rises.</param>
internal sealed record GroupCondition(DateTimeOffset LookedAt, GroupReading? Reading, string? Broker, string? Tables, bool IsSilent);
