using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>
/// One topic and one consumer group: partitions, what of them has been produced and dropped so far, committed offsets, and
/// who owns which partition in which generation. A commit of an older generation is refused, as the coordinator refuses it.
/// </summary>
internal sealed class ModelledLog
{
    public const string Topic = "events";

    // Which record of the log somebody has in hand: another topic of that name has other records at the same coordinates.
    private readonly Dictionary<ConsumedRecord, LoggedRecord> _read = new(ReferenceEqualityComparer.Instance);

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
        HighestCommittedEver = [.. begins];
        HasCommitted = [.. hasCommitted];
        Owner = new Life?[partitions.Count];
        Generation = new int[partitions.Count];
    }

    /// <summary>Every record that is there, was or will be, by partition and offset.</summary>
    public IReadOnlyList<IReadOnlyList<LoggedRecord>> Partitions { get; private set; }

    /// <summary>How often the topic was made anew.</summary>
    public int Incarnation { get; private set; }

    /// <summary>The id that the broker gave the topic.</summary>
    public string TopicId => IdOf(Incarnation);

    /// <summary>How many partitions the topic has: it may grow.</summary>
    public int Visible { get; set; }

    /// <summary>Where the group begins in each partition: nothing below is the group's.</summary>
    public IReadOnlyList<int> Begin { get; private set; }

    /// <summary>The log's start in each partition: the broker has dropped what lies below.</summary>
    public int[] Start { get; }

    /// <summary>The log's end in each partition: records from there on are not produced yet.</summary>
    public int[] End { get; }

    /// <summary>The group's committed offset in each partition, or where it begins while it has none.</summary>
    public int[] Committed { get; }

    /// <summary>The highest offset the group ever committed in each partition.</summary>
    public int[] HighestCommitted { get; }

    /// <summary>The same over all topics that had the name.</summary>
    public int[] HighestCommittedEver { get; }

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
        var logged = At(partition, offset);
        var record = choices?.Below(2) == 0 ? logged.Record with { Timestamp = null } : logged.Record;
        _read[record] = logged;
        return record;
    }

    /// <summary>The record that somebody has read.</summary>
    public LoggedRecord Of(ConsumedRecord read) => _read[read];

    /// <summary>Which of the topics of that name an id is of; -1 for none.</summary>
    public int IncarnationOf(string? topicId)
    {
        for (var incarnation = Incarnation; incarnation >= 0; incarnation--)
        {
            if (topicId == IdOf(incarnation))
            {
                return incarnation;
            }
        }

        return -1;
    }

    /// <summary>
    /// The topic is deleted, with all its records and the group's offsets, and made anew under its name. Its members are told
    /// nothing: they keep what they have in hand, the places where they read, and what they are about to commit.
    /// </summary>
    public void MakeAnew(IReadOnlyList<IReadOnlyList<LoggedRecord>> partitions)
    {
        Incarnation++;
        Partitions = partitions;
        Begin = new int[partitions.Count];
        foreach (var places in (int[][])[Start, End, Committed, HighestCommitted])
        {
            Array.Clear(places);
        }

        Array.Clear(HasCommitted);
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
        HighestCommittedEver[partition] = Math.Max(HighestCommittedEver[partition], offset);
        Committed[partition] = offset;
        HasCommitted[partition] = true;
    }

    private static string IdOf(int incarnation) => "the-one" + incarnation.ToString(CultureInfo.InvariantCulture);

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
