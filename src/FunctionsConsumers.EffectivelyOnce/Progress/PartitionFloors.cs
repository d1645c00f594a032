namespace FunctionsConsumers.EffectivelyOnce.Progress;

/// <summary>
/// Where a group begins in the partitions of a batch, and which of the topics of that name each is about, as it was known
/// before the batch was handled. A topic may be made anew meanwhile: what was finished of the batch is then no news of it.
/// </summary>
internal sealed class PartitionFloors
{
    private readonly Dictionary<(string Topic, int Partition), (string Epoch, long Floor)> _floors = [];

    /// <summary>
    /// Whether a record lies below where the group begins: its own offsets, or somebody else's, had passed it before. Returns false
    /// for a partition whose floor is not known.
    /// </summary>
    public bool IsBelow(Coordinates coordinates) =>
        _floors.TryGetValue((coordinates.Topic, coordinates.Partition), out var known) && coordinates.Offset < known.Floor;

    internal void Add(string topic, int partition, string epoch, long floor) => _floors[(topic, partition)] = (epoch, floor);

    internal string? EpochOf(string topic, int partition) => _floors.TryGetValue((topic, partition), out var known) ? known.Epoch : null;
}
