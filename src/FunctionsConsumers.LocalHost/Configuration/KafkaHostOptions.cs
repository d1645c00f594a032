using Confluent.Kafka;

namespace FunctionsConsumers.LocalHost.Configuration;

/// <summary>
/// <c>extensions.kafka</c> of <c>host.json</c>, with the names, defaults and ranges of the Kafka extension 4.3.2 and, for
/// what it hands on, of librdkafka.
/// </summary>
internal sealed record KafkaHostOptions
{
    /// <summary>Whether a failed batch counts as handled.</summary>
    /// <value>Default true, with which every failure loses records.</value>
    public bool CommitOnFailure { get; init; } = true;

    /// <summary>How often a failed batch is given to the function again before it counts as handled; -1 for without end.</summary>
    /// <value>From -1; default 5.</value>
    public int MaxRetries { get; init; } = 5;

    /// <summary>The most records in a batch.</summary>
    /// <value>From 1; default 64.</value>
    public int MaxBatchSize { get; init; } = 64;

    /// <summary>How long records are gathered before a batch goes that is not full.</summary>
    /// <value>From 1 second; default 1 second.</value>
    public int SubscriberIntervalInSeconds { get; init; } = 1;

    /// <summary>How many gathered batches wait for the one in flight. This host gathers one and no more.</summary>
    /// <value>From 1; default 1.</value>
    public int ExecutorChannelCapacity { get; init; } = 1;

    /// <summary>How often the end of the batch in flight is looked for while the next one is due.</summary>
    /// <value>From 1 ms; default 50 ms.</value>
    public int ChannelFullRetryIntervalInMs { get; init; } = 50;

    /// <summary>The extension's sleep after each window that was not full. This host waits inside the consumer, and needs none.</summary>
    /// <value>From 0 ms; default 50 ms.</value>
    public int SubscriberIdleBackoffMs { get; init; } = 50;

    /// <summary>How often stored offsets are committed.</summary>
    /// <value>0 to 86,400,000 ms; default 200 ms.</value>
    public int AutoCommitIntervalMs { get; init; } = 200;

    /// <summary>Where a group begins that has committed nothing.</summary>
    /// <value>Default earliest.</value>
    public AutoOffsetReset AutoOffsetReset { get; init; } = AutoOffsetReset.Earliest;

    /// <summary>How long the broker waits for a heartbeat before it takes a member's partitions away.</summary>
    /// <value>1 to 3,600,000 ms; default 10,000 ms.</value>
    public int SessionTimeoutMs { get; init; } = 10_000;

    /// <summary>How long a member may go without asking for records before it is put out of its group.</summary>
    /// <value>1 to 86,400,000 ms, not below the session time-out; default 300,000 ms.</value>
    public int MaxPollIntervalMs { get; init; } = 300_000;

    /// <summary>How many records of a partition are fetched ahead.</summary>
    /// <value>1 to 10,000,000; default 100,000.</value>
    public int QueuedMinMessages { get; init; } = 100_000;

    /// <summary>How much of a partition is fetched ahead.</summary>
    /// <value>1 to 2,097,151 KiB; default 65,536 KiB.</value>
    public int QueuedMaxMessagesKbytes { get; init; } = 65_536;

    /// <summary>How much of a partition one answer may hold.</summary>
    /// <value>1 to 1,000,000,000 bytes; default null: librdkafka's 1,048,576.</value>
    public int? MaxPartitionFetchBytes { get; init; }

    /// <summary>How much one answer may hold.</summary>
    /// <value>0 to 2,147,483,135 bytes; default null: librdkafka's 52,428,800.</value>
    public int? FetchMaxBytes { get; init; }

    /// <summary>How old the client's picture of topics and brokers may get.</summary>
    /// <value>1 to 86,400,000 ms; default 180,000 ms.</value>
    public int MetadataMaxAgeMs { get; init; } = 180_000;

    /// <summary>Whether idle connections are kept alive.</summary>
    /// <value>Default true.</value>
    public bool SocketKeepaliveEnable { get; init; } = true;

    /// <summary>The first wait before a lost connection is made again.</summary>
    /// <value>0 to 3,600,000 ms; default null: librdkafka's 100 ms.</value>
    public int? ReconnectBackoffMs { get; init; }

    /// <summary>The longest wait before a lost connection is made again.</summary>
    /// <value>0 to 3,600,000 ms; default null: librdkafka's 10,000 ms.</value>
    public int? ReconnectBackoffMaxMs { get; init; }

    /// <summary>librdkafka's debug contexts, separated by commas.</summary>
    /// <value>Default null: none.</value>
    public string? LibkafkaDebug { get; init; }
}
