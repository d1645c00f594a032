namespace FunctionsConsumers.Operations.Log;

/// <summary>Offsets of a partition: what its log holds, or a part of that.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Start">The first offset.</param>
/// <param name="End">One above the last offset.</param>
public readonly record struct PartitionRange(int Partition, long Start, long End)
{
    /// <summary>How many offsets it has.</summary>
    public long Length => Math.Max(0, End - Start);

    /// <summary>The newest part of it.</summary>
    /// <param name="most">How many offsets at most.</param>
    /// <returns>The part.</returns>
    public PartitionRange Newest(long most) => this with { Start = Math.Max(Start, End - most) };
}
