using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Kafka;
using FunctionsConsumers.IntegrationTests.LocalHost;
using FunctionsConsumers.LocalHost.Embedded;

namespace FunctionsConsumers.IntegrationTests.EffectivelyOnce.Kafka;

/// <summary>A mock cluster with one topic, and listeners on it.</summary>
internal sealed class ListenerHarness : IAsyncDisposable
{
    public const string Topic = "orders";
    public const string Group = "billing";

    /// <summary>
    /// Batches go fast, and so do rebalances: one of the mock lasts as long as the session less a second. With a session of
    /// 1 s it would put members out that wait for it.
    /// </summary>
    public static readonly KafkaConsumerOptions Options = new()
    {
        MaxBatchSize = 10,
        BatchWindow = TimeSpan.FromSeconds(1),
        CommitInterval = TimeSpan.FromMilliseconds(50),
        SessionTimeout = TimeSpan.FromSeconds(2),
        MaxPollInterval = TimeSpan.FromMinutes(1),
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

    public KafkaListener Listen(KafkaConsumerOptions options, BatchHandler handler, string name = "f") =>
        Listen(HostedConsumerSettings.Listener(Group, [Topic], Kafka, options) with { Name = name,
            WhileRunning = TimeSpan.FromMilliseconds(5) }, handler);

    public KafkaListener Listen(ListenerOptions options, BatchHandler handler)
    {
        var listener = new KafkaListener(options, handler, _watch, () => { }, TimeProvider.System, Log);
        _listeners.Add(listener);
        listener.Start();
        return listener;
    }

    /// <summary>Makes another topic.</summary>
    public void CreateTopic(string topic, int partitions) => _cluster.CreateTopic(topic, partitions);

    /// <summary>Writes records whose values are their numbers, in turn to each partition.</summary>
    public void Produce(int from, int count, string topic = Topic)
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]>(
            new ProducerConfig { BootstrapServers = Kafka.Brokers, LingerMs = 1 }).Build();
        for (var number = from; number < from + count; number++)
        {
            producer.Produce(
                new TopicPartition(topic, number % Partitions),
                new Message<byte[]?, byte[]>
                {
                    Value = System.Text.Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)),
                });
        }

        producer.Flush(TestContext.Current.CancellationToken);
    }

    /// <summary>The sum of what the group has committed over all partitions.</summary>
    public long Committed()
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = Kafka.Brokers, GroupId = Group }).Build();
        var partitions = Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(Topic, partition));
        return consumer.Committed(partitions, TimeSpan.FromSeconds(30)).Sum(
            offset => offset.Offset == Offset.Unset ? 0 : offset.Offset.Value);
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

    public static int Number(ConsumedRecord record) =>
        int.Parse(System.Text.Encoding.UTF8.GetString(record.Value!), CultureInfo.InvariantCulture);
}

/// <summary>A handler that keeps what it was given and does as it is told.</summary>
internal sealed class RecordingHandler
{
    private readonly ConcurrentQueue<int[]> _batches = new();

    public Func<int[], CancellationToken, Task> Then { get; set; } = (_, _) => Task.CompletedTask;

    public IReadOnlyList<int[]> Batches => [.. _batches];

    public int Count => _batches.Sum(batch => batch.Length);

    public Task Run(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken)
    {
        int[] numbers = [.. records.Select(ListenerHarness.Number)];
        _batches.Enqueue(numbers);
        return Then(numbers, cancellationToken);
    }
}
