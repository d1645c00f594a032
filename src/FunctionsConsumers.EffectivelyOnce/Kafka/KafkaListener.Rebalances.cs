using System.Globalization;
using Confluent.Kafka;

namespace FunctionsConsumers.EffectivelyOnce.Kafka;

/// <content>What the consumer calls, on the listener's thread, when partitions come and go.</content>
internal sealed partial class KafkaListener
{
    private void Assigned(IConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions)
    {
        _assigned.Add(partitions);
        _paused = false;
        var numbers = Numbers(partitions);
        LogAssigned(_options.Name, numbers);
        Changed(consumer.MemberId);
    }

    /// <summary>
    /// The batch in flight goes on: two owners at once is normal. Its offsets are not stored for
    /// these partitions any more, and what was gathered of them is the next owner's.
    /// </summary>
    private void Gone(IConsumer<byte[], byte[]> consumer, IReadOnlyList<TopicPartition> partitions, string how)
    {
        if (_paused)
        {
            // The client keeps a pause over a rebalance: a partition that comes back would stay paused for ever.
            consumer.Resume(partitions);
        }

        _assigned.Remove(partitions);
        _window.Drop(record => partitions.Contains(record.Partition));
        var numbers = Numbers(partitions);
        LogGone(_options.Name, how, numbers);
        Changed(Member.Id);
    }

    private void Changed(string memberId)
    {
        Member = new GroupMember(Group, memberId, _assigned.All) { ClientId = _options.Consumer.ClientId };
        _changed();
    }

    // The topic's name only where it is not the one topic.
    private string Numbers(IEnumerable<TopicPartition> partitions) => string.Join(", ", partitions
        .OrderBy(partition => partition.Topic, StringComparer.Ordinal)
        .ThenBy(partition => partition.Partition.Value)
        .Select(partition => _options.Topics.Count == 1
            ? partition.Partition.Value.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{partition.Topic}:{partition.Partition.Value}")));
}
