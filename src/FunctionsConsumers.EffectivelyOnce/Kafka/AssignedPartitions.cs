using Confluent.Kafka;

namespace FunctionsConsumers.EffectivelyOnce.Kafka;

/// <summary>
/// The partitions that a member holds now, each with the number of its assignment. A partition that went and came back
/// has another number: what was read under the old one counts for nothing any more, since another member may have gone
/// further in between.
/// </summary>
internal sealed class AssignedPartitions
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TopicPartition, long> _held = [];
    private long _assignments;

    /// <summary>The partitions, by topic and number.</summary>
    public IReadOnlyList<TopicPartition> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _held.Keys
                    .OrderBy(partition => partition.Topic, StringComparer.Ordinal)
                    .ThenBy(partition => partition.Partition.Value)];
            }
        }
    }

    /// <summary>Partitions come.</summary>
    public void Add(IEnumerable<TopicPartition> partitions)
    {
        lock (_gate)
        {
            _assignments++;
            foreach (var partition in partitions)
            {
                _held[partition] = _assignments;
            }
        }
    }

    /// <summary>Partitions go. Once this returns, no <see cref="IfHeld" /> runs for them.</summary>
    public void Remove(IEnumerable<TopicPartition> partitions)
    {
        lock (_gate)
        {
            foreach (var partition in partitions)
            {
                _held.Remove(partition);
            }
        }
    }

    /// <summary>The number of a partition's assignment; null where it is not held.</summary>
    public long? AssignmentOf(TopicPartition partition)
    {
        lock (_gate)
        {
            return _held.TryGetValue(partition, out var assignment) ? assignment : null;
        }
    }

    /// <summary>Acts while a partition is held under that assignment, and keeps it from going until done.</summary>
    public bool IfHeld(TopicPartition partition, long assignment, Action action)
    {
        lock (_gate)
        {
            if (!_held.TryGetValue(partition, out var held) || held != assignment)
            {
                return false;
            }

            action();
            return true;
        }
    }
}
