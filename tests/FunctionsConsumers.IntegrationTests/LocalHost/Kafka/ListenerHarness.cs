using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.LocalHost.Configuration;
using FunctionsConsumers.LocalHost.Embedded;
using FunctionsConsumers.LocalHost.Kafka;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers.IntegrationTests.LocalHost.Kafka;

/// <summary>A mock cluster with one topic, and listeners on it.</summary>
internal sealed class ListenerHarness : IAsyncDisposable
{
    public const string Topic = "orders";
    public const string Group = "billing";

    /// <summary>
    /// Batches go fast, and so do rebalances: one of the mock lasts as long as the session less a second. With a session of
    /// 1 s it would put members out that wait for it.
    /// </summary>
    public static readonly KafkaHostOptions NoLoss = new()
    {
        CommitOnFailure = false,
        MaxRetries = -1,
        MaxBatchSize = 10,
        AutoCommitIntervalMs = 50,
        ChannelFullRetryIntervalInMs = 5,
        SessionTimeoutMs = 2_000,
        MaxPollIntervalMs = 60_000,
    };

    private readonly MockCluster _cluster = MockCluster.Start();
    private readonly List<KafkaListener> _listeners = [];
    private readonly BrokerWatch _watch;

    public ListenerHarness(int partitions)
    {
        _cluster.CreateTopic(Topic, partitions);
        Kafka = new KafkaConnection(_cluster.Brokers);
        _watch = new BrokerWatch(Kafka, TimeProvider.System, Log);
        Partitions = partitions;
    }

    public KafkaConnection Kafka { get; }

    public int Partitions { get; }

    public LinesLogger Log { get; } = new();

    public KafkaListener Listen(KafkaHostOptions options, Func<KafkaRecord[], CancellationToken, Task> function, string name = "f")
    {
        var listener = new KafkaListener(
            name, Topic, ConsumerSettings.For(Kafka, Group, options, isMock: true), options, function, _watch, () => { }, TimeProvider.System, Log);
        _listeners.Add(listener);
        listener.Start();
        return listener;
    }

    /// <summary>Writes records whose values are their numbers, in turn to each partition.</summary>
    public void Produce(int from, int count)
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]>(new ProducerConfig { BootstrapServers = Kafka.Brokers, LingerMs = 1 }).Build();
        for (var number = from; number < from + count; number++)
        {
            producer.Produce(
                new TopicPartition(Topic, number % Partitions),
                new Message<byte[]?, byte[]> { Value = System.Text.Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)) });
        }

        producer.Flush(TestContext.Current.CancellationToken);
    }

    /// <summary>The sum of what the group has committed over all partitions.</summary>
    public long Committed()
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = Kafka.Brokers, GroupId = Group }).Build();
        var partitions = Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(Topic, partition));
        return consumer.Committed(partitions, TimeSpan.FromSeconds(30)).Sum(offset => offset.Offset == Offset.Unset ? 0 : offset.Offset.Value);
    }

    public Task<bool> StopAsync(KafkaListener listener)
    {
        _listeners.Remove(listener);
        return listener.StopAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_listeners.Select(listener => listener.StopAsync(TimeSpan.Zero, TimeSpan.FromSeconds(30))));
        _listeners.ForEach(listener => listener.Dispose());
        _watch.Dispose();
        _cluster.Dispose();
    }

    public static int Number(KafkaRecord record) => int.Parse(System.Text.Encoding.UTF8.GetString(record.Value!), CultureInfo.InvariantCulture);
}

/// <summary>A function that keeps what it was given and does as it is told.</summary>
internal sealed class RecordingFunction
{
    private readonly ConcurrentQueue<int[]> _batches = new();

    public Func<int[], CancellationToken, Task> Then { get; set; } = (_, _) => Task.CompletedTask;

    public IReadOnlyList<int[]> Batches => [.. _batches];

    public int Count => _batches.Sum(batch => batch.Length);

    public Task Run(KafkaRecord[] records, CancellationToken cancellationToken)
    {
        var numbers = Array.ConvertAll(records, ListenerHarness.Number);
        _batches.Enqueue(numbers);
        return Then(numbers, cancellationToken);
    }
}
