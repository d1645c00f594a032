namespace FunctionsConsumers.Operations.Offsets;

/// <summary>Where a group's offsets are to be put.</summary>
/// <param name="Group">The group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partitions">Each partition's change.</param>
public sealed record OffsetPlan(string Group, string Topic, IReadOnlyList<OffsetChange> Partitions)
{
    /// <summary>How many offsets are passed over: their records are not handled.</summary>
    public long Skipped => Partitions.Sum(partition => partition.Skipped);

    /// <summary>How many offsets come again: records that were handled are suppressed.</summary>
    public long Repeated => Partitions.Sum(partition => partition.Repeated);
}

/// <summary>Where a group's offset of a partition is to be put.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Committed">The committed offset; null where there is none.</param>
/// <param name="From">The offset at which the group would go on without the change.</param>
/// <param name="To">The offset at which it goes on with it.</param>
public sealed record OffsetChange(int Partition, long? Committed, long From, long To)
{
    /// <summary>How many offsets are passed over.</summary>
    public long Skipped => Math.Max(0, To - From);

    /// <summary>How many offsets come again.</summary>
    public long Repeated => Math.Max(0, From - To);
}

/// <summary>Where to put an offset.</summary>
public abstract record OffsetTarget
{
    private OffsetTarget()
    {
    }

    /// <summary>The start of the log.</summary>
    public sealed record Earliest : OffsetTarget;

    /// <summary>The end of the log.</summary>
    public sealed record Latest : OffsetTarget;

    /// <summary>The first record that is not older than a time.</summary>
    /// <param name="Time">The time.</param>
    public sealed record At(DateTimeOffset Time) : OffsetTarget;

    /// <summary>An offset.</summary>
    /// <param name="Offset">The offset.</param>
    public sealed record Exactly(long Offset) : OffsetTarget;
}
