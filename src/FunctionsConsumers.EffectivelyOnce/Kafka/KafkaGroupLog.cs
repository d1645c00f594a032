using Confluent.Kafka;
using Confluent.Kafka.Admin;
using FunctionsConsumers.EffectivelyOnce.Progress;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Kafka;

/// <summary>The log on a Kafka broker. Its clients never join a group and never commit.</summary>
/// <param name="kafka">The broker.</param>
/// <param name="watch">Told of errors, and of waits.</param>
/// <param name="logger">Where the client's own words go.</param>
internal sealed partial class KafkaGroupLog(KafkaConnection kafka, BrokerWatch watch, ILogger<KafkaGroupLog> logger) : IGroupLog
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly ILogger _logger = logger;

    /// <inheritdoc />
    public async Task<string?> TopicIdAsync(string topic, CancellationToken cancellationToken)
    {
        using var waiting = watch.Waiting();
        using var admin = new AdminClientBuilder(kafka.Apply(new AdminClientConfig())).SetLogHandler(Log).SetErrorHandler(
            LogError).Build();
        try
        {
            var described = await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]),
                new DescribeTopicsOptions { RequestTimeout = Timeout }).ConfigureAwait(false);
            var id = described.TopicDescriptions[0].TopicId.ToString();
            return string.IsNullOrEmpty(id) || id.Trim('A', '=').Length == 0 ? null : id;
        }
        catch (KafkaException unsupported) when (IsWithoutIds(unsupported.Error))
        {
            // The embedded cluster and old brokers give topics no ids; the log's end then tells a topic made anew.
            LogClient(unsupported.Error.Reason);
            return null;
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<PartitionPosition>> PositionsAsync(string topic, string group, CancellationToken cancellationToken) =>
        Task.Run<IReadOnlyList<PartitionPosition>>(() => Named<IReadOnlyList<PartitionPosition>>(() =>
    {
        // All partitions in one question each: one by one, each of them would wait for two answers.
        using var waiting = watch.Waiting();
        using var consumer = Consumer(group);
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var metadata = admin.GetMetadata(topic, Timeout).Topics.Find(found => found.Topic == topic);
        if (metadata is null || metadata.Partitions.Count == 0)
        {
            return [];
        }

        List<TopicPartition> partitions = [.. metadata.Partitions.Select(partition => new TopicPartition(topic,
            partition.PartitionId)).OrderBy(partition => partition.Partition.Value)];
        var committed = consumer.Committed(partitions, Timeout).ToDictionary(offset => offset.Partition.Value, offset => offset.Offset);
        cancellationToken.ThrowIfCancellationRequested();
        var found = Task.WhenAll(
            OffsetsAsync(admin, partitions, OffsetSpec.Earliest()), OffsetsAsync(admin, partitions, OffsetSpec.Latest()))
            .GetAwaiter().GetResult();
        return [.. partitions.Select(partition => partition.Partition.Value).Select(partition => new PartitionPosition(
            partition, found[0][partition], found[1][partition],
            committed[partition] == Offset.Unset ? null : committed[partition].Value))];
    }), cancellationToken);

    /// <inheritdoc />
    public Task<LogSlice> ReadAsync(string topic, int partition, long from, long to, int most, CancellationToken cancellationToken) =>
        Task.Run(() => Named(() =>
    {
        using var waiting = watch.Waiting();
        using var consumer = Consumer("functions-consumers-gap-audit");
        consumer.Assign(new TopicPartitionOffset(topic, partition, from));
        var records = new List<ConsumedRecord>();
        while (true)
        {
            var result = consumer.Consume(Timeout)
                ?? throw new TimeoutException(
                    $"Kafka at {kafka.Brokers} (setting KafkaBrokers): {topic} partition {partition} gave no record from offset {from} on "
                    + $"within {Timeout.TotalSeconds:0} s.");
            cancellationToken.ThrowIfCancellationRequested();
            if (result.IsPartitionEOF)
            {
                return new LogSlice(records, Math.Min(to, result.Offset.Value));
            }

            if (result.Offset.Value >= to)
            {
                return new LogSlice(records, to);
            }

            records.Add(result.ToConsumedRecord());
            if (records.Count >= most || result.Offset.Value + 1 >= to)
            {
                return new LogSlice(records, result.Offset.Value + 1);
            }
        }
    }), cancellationToken);

    /// <summary>
    /// Whether an error says that no id is to be had. A broker that is away says nothing: taken for one without ids, it would let
    /// a topic made anew meanwhile pass for the old one.
    /// </summary>
    internal static bool IsWithoutIds(Error error) => !BrokerWatch.IsAbsence(error);

    private static async Task<Dictionary<int, long>> OffsetsAsync(
        IAdminClient admin, IEnumerable<TopicPartition> partitions, OffsetSpec which)
    {
        var answer = await admin.ListOffsetsAsync(
            partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = which }),
            new ListOffsetsOptions { RequestTimeout = Timeout, IsolationLevel = IsolationLevel.ReadCommitted }).ConfigureAwait(false);
        return answer.ResultInfos.ToDictionary(
            found => found.TopicPartitionOffsetError.Partition.Value, found => found.TopicPartitionOffsetError.Offset.Value);
    }

    // The client's own words name no host.
    private T Named<T>(Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (KafkaException failure)
        {
            throw new KafkaException(new Error(failure.Error.Code,
                $"Kafka at {kafka.Brokers} (setting KafkaBrokers): {failure.Error.Reason}", failure.Error.IsFatal), failure);
        }
    }

    private IConsumer<byte[], byte[]> Consumer(string group) => new ConsumerBuilder<byte[], byte[]>(kafka.Apply(new ConsumerConfig
    {
        GroupId = group,
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        EnablePartitionEof = true,
        IsolationLevel = IsolationLevel.ReadCommitted,
        AutoOffsetReset = AutoOffsetReset.Error,
    })).SetLogHandler(Log).SetErrorHandler(LogError).Build();

    private void Log(IClient client, LogMessage message) => LogClient(message.Message);

    private void LogError(IClient client, Error error)
    {
        LogClient(error.Reason);
        if (BrokerWatch.IsAbsence(error))
        {
            watch.Report("gap audit", error);
        }
    }

    [LoggerMessage(70, LogLevel.Debug, "Kafka, gap audit: {Message}")]
    private partial void LogClient(string message);
}
