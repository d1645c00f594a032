
namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>
/// One topic and one consumer group: partitions, what of them has been produced and dropped so far, committed offsets, and
/// who owns which partition in which generation. A commit of an older generation is refused, as the coordinator refuses it.
/// </summary>
internal sealed class ModelledLog
{
    public const string Topic = "events";

    public ModelledLog(
        IReadOnlyList<IReadOnlyList<LoggedRecord>> partitions, IReadOnlyList<int> begins, IReadOnlyList<bool> hasCommitted, int later)
    {
        Visible = partitions.Count - later;
        Partitions = partitions;
        Begin = begins;
        Start = new int[partitions.Count];
        End = [.. begins];
        Committed = [.. begins];
        HighestCommitted = [.. begins];
        HasCommitted = [.. hasCommitted];
        Owner = new Life?[partitions.Count];
        Generation = new int[partitions.Count];
    }

    /// <summary>Every record that is there, was or will be, by partition and offset.</summary>
    public IReadOnlyList<IReadOnlyList<LoggedRecord>> Partitions { get; }

    /// <summary>How many partitions the topic has: it may grow.</summary>
    public int Visible { get; set; }

    /// <summary>Where the group begins in each partition: nothing below is the group's.</summary>
    public IReadOnlyList<int> Begin { get; }

    /// <summary>The log's start in each partition: the broker has dropped what lies below.</summary>
    public int[] Start { get; }

    /// <summary>The log's end in each partition: records from there on are not produced yet.</summary>
    public int[] End { get; }

    /// <summary>The group's committed offset in each partition, or where it begins while it has none.</summary>
    public int[] Committed { get; }

    /// <summary>The highest offset the group ever committed in each partition.</summary>
    public int[] HighestCommitted { get; }

    /// <summary>Whether the group has committed an offset in each partition.</summary>
    public bool[] HasCommitted { get; }

    /// <summary>Who owns each partition; null for nobody.</summary>
    public Life?[] Owner { get; }

    /// <summary>Raised with every change of a partition's owner or position.</summary>
    public int[] Generation { get; }

    /// <summary>The record at coordinates.</summary>
    public LoggedRecord At(int partition, long offset) => Partitions[partition][(int)offset];

    /// <summary>The record at coordinates as somebody reads it, with its timestamp or without.</summary>
    public ConsumedRecord Read(int partition, long offset, Choices? choices)
    {
        var record = At(partition, offset).Record;
        return choices?.Below(2) == 0 ? record with { Timestamp = null } : record;
    }

    /// <summary>Whether something is left to be produced in the partitions there are.</summary>
    public bool HasMore => Enumerable.Range(0, Visible).Any(partition => End[partition] < Partitions[partition].Count);

    /// <summary>Whether everything that was produced is committed.</summary>
    public bool IsConsumed => Enumerable.Range(0, End.Length).All(partition => Committed[partition] >= LastRecordEnd(partition));

    /// <summary>Gives a partition to an owner, which starts where the group's commits stand.</summary>
    public void Assign(int partition, Life? owner)
    {
        Generation[partition]++;
        Owner[partition]?.Revoked(partition);
        Owner[partition] = owner;
        owner?.Assigned(partition, Math.Max(Start[partition], Committed[partition]));
    }

    /// <summary>Sets the group back, not below where it began.</summary>
    public void Reset(int partition, int offset)
    {
        Committed[partition] = Math.Max(offset, Begin[partition]);
        HasCommitted[partition] = true;
        Assign(partition, Owner[partition]);
    }

    /// <summary>Takes a commit.</summary>
    public void Commit(int partition, int offset)
    {
        HighestCommitted[partition] = Math.Max(HighestCommitted[partition], offset);
        Committed[partition] = offset;
        HasCommitted[partition] = true;
    }

    // Control records are never given to anybody, so an offset after one at the end is never committed.
    private int LastRecordEnd(int partition)
    {
        for (var offset = End[partition]; offset > Start[partition]; offset--)
        {
            if (Partitions[partition][offset - 1].IsRecord)
            {
                return offset;
            }
        }

        return 0;
    }
}
