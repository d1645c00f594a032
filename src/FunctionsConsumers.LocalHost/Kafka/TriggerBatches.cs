using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Kafka;
using FunctionsConsumers.LocalHost.Configuration;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers.LocalHost.Kafka;

/// <summary>
/// The boundary between the library's listener and a function with a Kafka trigger: the options of host.json go one way, the
/// trigger's records the other.
/// </summary>
internal static class TriggerBatches
{
    /// <summary>What the listener of a function follows, and how it gathers batches and bears failures by host.json.</summary>
    public static ListenerOptions Options(string function, string topic, ConsumerConfig consumer, KafkaHostOptions options) => new()
    {
        Name = function,
        Topics = [topic],
        Consumer = consumer,
        MaxBatchSize = options.MaxBatchSize,
        Window = TimeSpan.FromSeconds(options.SubscriberIntervalInSeconds),
        WhileRunning = TimeSpan.FromMilliseconds(Math.Min(options.ChannelFullRetryIntervalInMs, 100)),
        PassOver = options.CommitOnFailure
            ? new PassOver(1, "commitOnFailure is true in host.json")
            : options.MaxRetries >= 0 ? new PassOver(options.MaxRetries + 1, "maxRetries in host.json is used up") : null,
    };

    /// <summary>Hands batches to a function as its trigger does.</summary>
    public static BatchHandler Handler(Func<KafkaRecord[], CancellationToken, Task> invoke) =>
        (records, cancellationToken) => invoke([.. records.Select(ToKafkaRecord)], cancellationToken);

    private static KafkaRecord ToKafkaRecord(ConsumedRecord record) => new()
    {
        Topic = record.Coordinates.Topic,
        Partition = record.Coordinates.Partition,
        Offset = record.Coordinates.Offset,
        Key = record.Key,
        Value = record.Value,

        // The extension hands the instant over and never says what it means; code must not come to rely on more here.
        Timestamp = new KafkaTimestamp
        {
            UnixTimestampMs = record.Timestamp?.ToUnixTimeMilliseconds() ?? 0,
            Type = KafkaTimestampType.NotAvailable,
        },
        Headers = [.. record.Headers.Select(header => new KafkaHeader { Key = header.Name, Value = header.Value })],
    };
}
