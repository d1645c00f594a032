using Confluent.Kafka;

namespace FunctionsConsumers.EffectivelyOnce.Kafka;

/// <summary>Handles one batch: returns once every record is settled, throws to have the batch delivered again.</summary>
internal delegate Task BatchHandler(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken);

/// <summary>What a <see cref="KafkaListener" /> follows, and how it gathers batches.</summary>
internal sealed record ListenerOptions
{
    /// <summary>The name in the log: of the function, or of the group.</summary>
    public required string Name { get; init; }

    /// <summary>The topics, at least one.</summary>
    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary>The consumer: its group, automatic commits, and offsets that are stored by hand.</summary>
    public required ConsumerConfig Consumer { get; init; }

    /// <summary>The most records in a batch, from 1.</summary>
    public required int MaxBatchSize { get; init; }

    /// <summary>How long records are gathered before a batch goes that is not full.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>How often the end of the batch in flight is looked for while the next one is due; at most 100 ms.</summary>
    public TimeSpan WhileRunning { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>When a batch that fails is passed over, and so lost; null for never.</summary>
    public PassOver? PassOver { get; init; }
}

/// <summary>When a batch that fails is passed over.</summary>
/// <param name="AfterAttempts">The number of attempts, from 1.</param>
/// <param name="Because">The setting that says so, for the log.</param>
internal sealed record PassOver(int AfterAttempts, string Because);

/// <summary>A member of a consumer group as it stands.</summary>
/// <param name="Group">The group.</param>
/// <param name="Id">The member id that the broker gave; empty before the first assignment.</param>
/// <param name="Partitions">The partitions assigned now, by topic and number.</param>
internal sealed record GroupMember(string Group, string Id, IReadOnlyList<TopicPartition> Partitions)
{
    /// <summary>The consumer's own name, see <see cref="ClientName" />.</summary>
    public string ClientId { get; init; } = "";
}
