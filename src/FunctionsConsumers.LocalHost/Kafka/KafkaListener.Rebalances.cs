using Confluent.Kafka;
using FunctionsConsumers.LocalHost.Files;

namespace FunctionsConsumers.LocalHost.Kafka;

/// <content>What the consumer calls, on the listener's thread, when partitions come and go.</content>
internal sealed partial class KafkaListener
{
    private void Assigned(IConsumer<byte[]?, byte[]?> consumer, List<TopicPartition> partitions)
    {
        _assigned.Add(partitions);
        _paused = false;
        var numbers = Numbers(partitions);
        LogAssigned(_function, numbers);
        Changed(consumer.MemberId);
    }

    /// <summary>
    /// The batch in flight goes on, as in the extension: two owners at once is normal. Its offsets are not stored for
    /// these partitions any more, and what was gathered of them is the next owner's.
    /// </summary>
    private void Gone(IConsumer<byte[]?, byte[]?> consumer, IReadOnlyList<TopicPartition> partitions, string how)
    {
        if (_paused)
        {
            // The client keeps a pause over a rebalance: a partition that comes back would stay paused for ever.
            consumer.Resume(partitions);
        }

        _assigned.Remove(partitions);
        _window.Drop(record => partitions.Contains(record.Result.TopicPartition));
        var numbers = Numbers(partitions);
        LogGone(_function, how, numbers);
        Changed(Member.Id);
    }

    private void Changed(string memberId)
    {
        Member = new HostMember(Group, memberId, _assigned.Numbers);
        _changed();
    }

    private static string Numbers(IEnumerable<TopicPartition> partitions) => string.Join(", ", partitions.Select(partition => partition.Partition.Value).Order());
}
