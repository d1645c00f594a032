using Confluent.Kafka;

namespace FunctionsConsumers.EffectivelyOnce.Kafka;

/// <summary>The consumer's configuration of a hosted consumer: automatic commits of offsets that are stored by hand.</summary>
internal static class HostedConsumerSettings
{
    // A topic that is missing at the start is looked for at this rate; librdkafka's own is five minutes.
    private const int LookForTopicsEveryMs = 10_000;

    /// <summary>Makes the configuration of one group's member.</summary>
    public static ConsumerConfig For(KafkaConnection kafka, string group, KafkaConsumerOptions options)
    {
        var session = (int)options.SessionTimeout.TotalMilliseconds;
        var config = kafka.Apply(new ConsumerConfig
        {
            AutoCommitIntervalMs = (int)options.CommitInterval.TotalMilliseconds,
            SessionTimeoutMs = session,

            // librdkafka's own 3 s; a short session needs three chances too.
            HeartbeatIntervalMs = Math.Min(3_000, Math.Max(1, session / 3)),
            TopicMetadataRefreshIntervalMs = LookForTopicsEveryMs,
        });
        options.Configure?.Invoke(config);

        // The floors, and the check of a batch's deadline, were made with these: another value here would not be theirs.
        config.AutoOffsetReset = options.StartsAt == GroupStart.Latest ? AutoOffsetReset.Latest : AutoOffsetReset.Earliest;
        config.MaxPollIntervalMs = (int)options.MaxPollInterval.TotalMilliseconds;
        config.GroupId = group;
        config.EnableAutoCommit = true;
        config.EnableAutoOffsetStore = false;
        config.IsolationLevel = IsolationLevel.ReadCommitted;
        return config;
    }

    /// <summary>What the listener of a hosted consumer follows. A batch that fails is never passed over.</summary>
    public static ListenerOptions Listener(
        string group, IReadOnlyList<string> topics, KafkaConnection kafka, KafkaConsumerOptions options) => new()
    {
        Name = group,
        Topics = topics,
        Consumer = For(kafka, group, options),
        MaxBatchSize = options.MaxBatchSize,
        Window = options.BatchWindow,
    };
}
