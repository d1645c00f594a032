using Confluent.Kafka;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Lab.Guarantees;

/// <summary>
/// One process life that owns a group's partitions, one after the other. It begins each where the group has committed, as
/// any new owner does. Partitions are assigned by hand: a group of one member would only make the laboratory wait.
/// </summary>
internal sealed class Owner : IDisposable
{
    /// <summary>Records of a batch; fewer at a partition's end.</summary>
    public const int BatchSize = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly string _topic;
    private int _partition = -1;
    private long _next;

    /// <summary>Begins a life.</summary>
    public Owner(KafkaConnection kafka, string topic, string group, IEffects effects)
    {
        (_topic, Effects) = (topic, effects);
        _consumer = new ConsumerBuilder<byte[], byte[]>(kafka.Apply(new ConsumerConfig
        {
            GroupId = group,
            ClientId = "fc-lab",
            EnableAutoCommit = false,
            AllowAutoCreateTopics = false,
            AutoOffsetReset = AutoOffsetReset.Error,
            FetchWaitMaxMs = 20,
        }))
            .SetErrorHandler((_, _) => { })
            .SetLogHandler((_, _) => { })
            .Build();
    }

    /// <summary>How this life has effects.</summary>
    public IEffects Effects { get; }

    /// <summary>Reads the next batch of a partition; the first one from the committed offset. Blocks.</summary>
    /// <exception cref="KafkaException">The broker does not answer.</exception>
    public IReadOnlyList<ConsumedRecord> Read(PartitionOffsets range)
    {
        if (_partition != range.Partition)
        {
            var partition = new TopicPartition(_topic, range.Partition);
            _next = Math.Max(range.Start, _consumer.Committed([partition], Patience)[0].Offset.Value);
            _consumer.Assign(new TopicPartitionOffset(partition, _next));
            _partition = range.Partition;
        }

        var batch = new List<ConsumedRecord>(BatchSize);
        while (batch.Count < BatchSize && _next < range.End)
        {
            var result = _consumer.Consume(Patience) ?? throw new KafkaException(ErrorCode.Local_TimedOut);
            batch.Add(result.ToConsumedRecord());
            _next = result.Offset.Value + 1;
        }

        return batch;
    }

    /// <summary>Commits that the group has done with a batch. Blocks.</summary>
    /// <exception cref="KafkaException">The broker does not answer.</exception>
    public void Commit(IReadOnlyList<ConsumedRecord> batch)
    {
        var last = batch[^1].Coordinates;
        _consumer.Commit([new TopicPartitionOffset(last.Topic, last.Partition, last.Offset + 1)]);
    }

    /// <summary>Ends this life: nothing is committed, and nothing it held in memory is kept.</summary>
    public void Dispose()
    {
        _consumer.Dispose();
        Effects.Dispose();
    }
}
