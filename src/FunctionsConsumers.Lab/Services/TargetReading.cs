using Confluent.Kafka;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Sessions;
using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.LocalHost.Kafka;

namespace FunctionsConsumers.Lab.Services;

/// <summary>What the audit needs of a target, as plain values: it knows nothing of how a target is found.</summary>
internal static class TargetReading
{
    /// <summary>Topic and tables for an audit.</summary>
    public static AuditedServices Audited(this Target target) =>
        new(target.KafkaClient(), target.Tables().Clients, target.Topic) { BeforeAsking = Ask(target) };

    /// <summary>A reader of topics. A broker that lets nobody in is told of in one line that names the setting.</summary>
    public static TopicReader OpenTopics(this Target target) => new(target.KafkaClient(), Ask(target));

    /// <summary>A reader of committed offsets.</summary>
    public static GroupOffsets OpenOffsets(this Target target) => new(target.KafkaClient());

    private static ClientConfig KafkaClient(this Target target) => target.Kafka().Apply(new ClientConfig());

    private static Action<string> Ask(Target target) =>
        topic => BrokerTopics.Ask(target.Kafka(), topic, CancellationToken.None, target.Patience);
}
