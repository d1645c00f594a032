using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.SimulationTests.Domain;

namespace FunctionsConsumers.SimulationTests.Log;

/// <summary>A record of the log, with what it is meant to be.</summary>
/// <param name="Record">The record as a consumer gets it.</param>
/// <param name="Spec">What it is meant to be.</param>
/// <param name="Key">The idempotency key its producer gave it.</param>
internal sealed record LoggedRecord(ConsumedRecord Record, OrderSpec Spec, string Key)
{
    /// <summary>The subject, for which the key stands where the event has none; null for what is no event.</summary>
    public string? Subject => Spec.Kind == OrderKind.Poison ? null : Spec.Subject ?? Key;
}

/// <summary>
/// One topic and one consumer group: partitions, what of them has been produced so far, committed offsets, and who owns
/// which partition in which generation. A commit of an older generation is refused, as the coordinator refuses it.
/// </summary>
internal sealed class ModelledLog(IReadOnlyList<IReadOnlyList<LoggedRecord>> partitions)
{
    public const string Topic = "orders";

    /// <summary>Every record that is there or will be, by partition and offset.</summary>
    public IReadOnlyList<IReadOnlyList<LoggedRecord>> Partitions { get; } = partitions;

    /// <summary>The log's end in each partition: records from there on are not produced yet.</summary>
    public int[] End { get; } = new int[partitions.Count];

    /// <summary>The group's committed offset in each partition.</summary>
    public int[] Committed { get; } = new int[partitions.Count];

    /// <summary>Who owns each partition; null for nobody.</summary>
    public Life?[] Owner { get; } = new Life?[partitions.Count];

    /// <summary>Raised with every change of a partition's owner or position.</summary>
    public int[] Generation { get; } = new int[partitions.Count];

    /// <summary>The record at coordinates.</summary>
    public LoggedRecord At(int partition, long offset) => Partitions[partition][(int)offset];

    /// <summary>Whether everything is produced.</summary>
    public bool IsComplete => Enumerable.Range(0, End.Length).All(partition => End[partition] == Partitions[partition].Count);

    /// <summary>Whether everything that was produced is committed.</summary>
    public bool IsConsumed => Enumerable.Range(0, End.Length).All(partition => Committed[partition] >= End[partition]);

    /// <summary>Gives a partition to an owner, which starts where the group's commits stand.</summary>
    public void Assign(int partition, Life? owner)
    {
        Generation[partition]++;
        Owner[partition] = owner;
        owner?.Assigned(partition, Committed[partition]);
    }

    /// <summary>Sets the group back.</summary>
    public void Reset(int partition, int offset)
    {
        Committed[partition] = offset;
        Assign(partition, Owner[partition]);
    }
}
