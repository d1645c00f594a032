using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using FunctionsConsumers.IntegrationTests.Worker.Protocol;
using Google.Protobuf;

namespace FunctionsConsumers.IntegrationTests.Worker;

/// <summary>
/// Plays the host's Kafka trigger for one function, in the group that the function's metadata names: batches of several
/// partitions, one under way at a time. A batch is committed after it succeeded; until then it is delivered again.
/// </summary>
internal sealed class KafkaTrigger : IDisposable
{
    private const int MaxBatchSize = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(50);

    private readonly FunctionsHost _host;
    private readonly string _function;
    private readonly string _topic;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly Dictionary<int, long> _ends;
    private readonly Dictionary<int, long> _next = [];

    /// <summary>Begins where the group stands, else at the topic's start; ends at the topic's end of now.</summary>
    public KafkaTrigger(FunctionsHost host, string function, string brokers, string topic, int partitions)
    {
        (_host, _function, _topic) = (host, function, topic);
        var binding = JsonNode.Parse(host.Functions[function].RawBindings.Single())!;
        Group = (string)binding["consumerGroup"]!;
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = brokers,
            GroupId = Group,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 20,
        }).SetLogHandler((_, _) => { }).Build();
        var all = Enumerable.Range(0, partitions).Select(partition => new TopicPartition(topic, partition)).ToList();
        _ends = all.ToDictionary(partition => partition.Partition.Value,
            partition => _consumer.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(10)).High.Value);
        foreach (var committed in _consumer.Committed(all, TimeSpan.FromSeconds(10)))
        {
            _next[committed.Partition] = Math.Max(0, committed.Offset.Value);
        }

        _consumer.Assign(_next.Select(partition => new TopicPartitionOffset(topic, partition.Key, partition.Value)));
    }

    /// <summary>The consumer group.</summary>
    public string Group { get; }

    /// <summary>The id of the call under way; null between batches.</summary>
    public volatile string? UnderWay;

    /// <summary>Batches that succeeded.</summary>
    public int Batches { get; private set; }

    /// <summary>Those of them that held records of more than one partition.</summary>
    public int MixedBatches { get; private set; }

    /// <summary>What the worker answered to batches that failed.</summary>
    public ConcurrentQueue<StatusResult> Failures { get; } = [];

    /// <summary>Delivers everything up to the end.</summary>
    /// <exception cref="WorkerGoneException">The worker ended; what it had not answered is not committed.</exception>
    public async Task RunToEndAsync(CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken))
        {
        }
    }

    /// <summary>Delivers the next batch until it succeeds, and commits it.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="WorkerGoneException">The worker ended; what it had not answered is not committed.</exception>
    public async Task<bool> NextAsync(CancellationToken cancellationToken)
    {
        var next = Task.Run(() => HandleNextAsync(cancellationToken), cancellationToken);
        await Task.WhenAny(next, Task.Delay(Patience, cancellationToken));
        Assert.True(next.IsCompleted,
            $"{Group}: a batch is not handled within {Patience.TotalSeconds} s, {(UnderWay is null ? "none" : "one")} is under way after "
            + $"{Batches}; {string.Join('\n', Failures)}\n{_host.Said}");
        return await next;
    }

    /// <summary>Reads the next batch; an empty one at the end.</summary>
    public List<ConsumeResult<byte[]?, byte[]?>> NextBatch(CancellationToken cancellationToken)
    {
        var batch = new List<ConsumeResult<byte[]?, byte[]?>>();
        while (batch.Count < MaxBatchSize && _ends.Any(end => _next[end.Key] < end.Value))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_consumer.Consume(Window) is { } record)
            {
                batch.Add(record);
                _next[record.Partition] = record.Offset + 1;
            }
            else if (batch.Count > 0)
            {
                break;
            }
        }

        return batch;
    }

    /// <summary>Calls the function with a batch.</summary>
    /// <returns>Whether it succeeded.</returns>
    public async Task<bool> DeliverAsync(List<ConsumeResult<byte[]?, byte[]?>> batch)
    {
        var data = new CollectionModelBindingData { ModelBindingData = { batch.Select(Encode) } };
        var (id, answer) = _host.Deliver(_function, data);
        UnderWay = id;
        var result = await answer;
        UnderWay = null;
        if (result.Status != StatusResult.Types.Status.Success)
        {
            Failures.Enqueue(result);
            return false;
        }

        Batches++;
        MixedBatches += batch.Select(record => record.Partition.Value).Distinct().Count() > 1 ? 1 : 0;
        return true;
    }

    /// <summary>Commits a batch, whether it was delivered or not.</summary>
    public void Commit(List<ConsumeResult<byte[]?, byte[]?>> batch) => _consumer.Commit(
        batch.GroupBy(record => record.TopicPartition).Select(
        records => new TopicPartitionOffset(records.Key, records.Max(record => record.Offset.Value) + 1)));

    public void Dispose()
    {
        _consumer.Close();
        _consumer.Dispose();
    }

    private async Task<bool> HandleNextAsync(CancellationToken cancellationToken)
    {
        var batch = NextBatch(cancellationToken);
        if (batch.Count == 0)
        {
            return false;
        }

        while (!await DeliverAsync(batch))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        Commit(batch);
        return true;
    }

    private static ModelBindingData Encode(ConsumeResult<byte[]?, byte[]?> result)
    {
        var (message, record) = (result.Message,
            new HostRecord { Topic = result.Topic, Partition = result.Partition, Offset = result.Offset });
        record.Timestamp = new HostTimestamp { UnixTimestampMs = message.Timestamp.UnixTimestampMs };
        if (message.Key is { } key)
        {
            record.Key = ByteString.CopyFrom(key);
        }

        if (message.Value is { } value)
        {
            record.Value = ByteString.CopyFrom(value);
        }

        foreach (var header in message.Headers)
        {
            var written = new HostHeader { Key = header.Key };
            if (header.GetValueBytes() is { } bytes)
            {
                written.Value = ByteString.CopyFrom(bytes);
            }

            record.Headers.Add(written);
        }

        return new ModelBindingData
        {
            Version = "1.0", Source = "AzureKafkaRecord", ContentType = "application/x-protobuf", Content = record.ToByteString(),
        };
    }
}
