using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.LocalHost.Configuration;
using FunctionsConsumers.LocalHost.Embedded;

namespace FunctionsConsumers.LocalHost.Kafka;

/// <summary>The consumer's configuration as the extension makes it: automatic commits of offsets that are stored by hand.</summary>
internal static class ConsumerSettings
{
    /// <summary>
    /// Makes the configuration of one group's member. <paramref name="isMock" /> says whether the broker is a mock cluster, under
    /// which the session is held short.
    /// </summary>
    public static ConsumerConfig For(KafkaConnection kafka, string group, KafkaHostOptions options, bool isMock)
    {
        var session = isMock
            ? Math.Clamp(options.SessionTimeoutMs, (int)MockCluster.ShortestSession.TotalMilliseconds,
                (int)MockCluster.LongestSession.TotalMilliseconds)
            : options.SessionTimeoutMs;
        return kafka.Apply(new ConsumerConfig
        {
            GroupId = group,
            EnableAutoCommit = true,
            EnableAutoOffsetStore = false,
            AutoCommitIntervalMs = options.AutoCommitIntervalMs,
            AutoOffsetReset = options.AutoOffsetReset,
            IsolationLevel = IsolationLevel.ReadCommitted,
            SessionTimeoutMs = session,

            // librdkafka's own 3 s; a short session needs three chances too.
            HeartbeatIntervalMs = Math.Min(3_000, Math.Max(1, session / 3)),
            MaxPollIntervalMs = options.MaxPollIntervalMs,
            QueuedMinMessages = options.QueuedMinMessages,
            QueuedMaxMessagesKbytes = options.QueuedMaxMessagesKbytes,
            MaxPartitionFetchBytes = options.MaxPartitionFetchBytes,
            FetchMaxBytes = options.FetchMaxBytes,
            MetadataMaxAgeMs = options.MetadataMaxAgeMs,
            SocketKeepaliveEnable = options.SocketKeepaliveEnable,
            ReconnectBackoffMs = options.ReconnectBackoffMs,
            ReconnectBackoffMaxMs = options.ReconnectBackoffMaxMs,
            Debug = options.LibkafkaDebug,
        });
    }
}
