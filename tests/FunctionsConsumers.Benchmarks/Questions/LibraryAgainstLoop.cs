using System.Diagnostics;
using Confluent.Kafka;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Rigs;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Kafka;
using FunctionsConsumers.Lab.Services;
using FunctionsConsumers.Lab.Traffic;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.Benchmarks.Questions;

/// <summary>
/// What the library costs on the whole path: its hosted listener and billing's processor over a store that does nothing,
/// against a loop that consumes and decodes. Same broker, same topic, same decoder.
/// </summary>
internal sealed class LibraryAgainstLoop : IQuestion
{
    /// <summary>The orders that the topic holds.</summary>
    internal const int Orders = 200_000;

    /// <summary>The topic.</summary>
    internal const string Topic = "order-events";

    private const double Goal = 0.65;

    private int _groups;

    public string Name => "library";

    public string Asks => "what does the library cost, Kafka to store?";

    public string Against => "a bare loop that decodes, same broker";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        if (Bench.KafkaHome is not { } home)
        {
            return [Figure.Missing("KAFKA_HOME names no distribution of Kafka.")];
        }

        var folder = Directory.CreateTempSubdirectory("bench-kafka-").FullName;
        try
        {
            await using var kafka = await KafkaDistribution.StartAsync(home, folder, Path.Combine(folder, "kafka.log"), cancellationToken);
            var connection = new KafkaConnection(kafka.Brokers);
            using (var admin = new AdminClientBuilder(connection.Apply(new AdminClientConfig())).Build())
            {
                await admin.CreateTopicsAsync([new() { Name = Topic, NumPartitions = 4, ReplicationFactor = 1 }]);
            }

            await TrafficProducer.ProduceAsync(
                connection, Topic, new TrafficPlan(Orders, 0, 0, bench.Seed), null, _ => { }, cancellationToken);
            var pair = await Rounds.InTurnAsync(
                () => ListenAsync(connection, cancellationToken), () => LoopAsync(connection, cancellationToken));
            return [Figure.AtLeast("billing", pair.Ratio, Goal, " of its records/s", pair.Raw("library: records/s", "loop"))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Records a second through the library.</summary>
    internal async Task<double> ListenAsync(KafkaConnection kafka, CancellationToken cancellationToken)
    {
        var processor = await Groups.ProcessorAsync("billing", new NoStore());
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (first, settled) = (0L, 0);
        using var watch = new BrokerWatch(kafka, TimeProvider.System, NullLogger.Instance);
        var settings = HostedConsumerSettings.Listener(
            $"bench-{Interlocked.Increment(ref _groups)}", [Topic], kafka, new KafkaConsumerOptions());
        using var listener = new KafkaListener(
            settings,
            async (records, stop) =>
            {
                first = first == 0 ? Stopwatch.GetTimestamp() : first;
                await processor.ProcessAsync(records, stop);
                if ((settled += records.Count) >= Orders)
                {
                    done.TrySetResult();
                }
            },
            watch,
            () => { },
            TimeProvider.System,
            NullLogger.Instance);
        listener.Start();
        await done.Task.WaitAsync(cancellationToken);
        var rate = Orders / Stopwatch.GetElapsedTime(first).TotalSeconds;
        await listener.StopAsync(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5));
        return rate;
    }

    /// <summary>Records a second of the bare loop.</summary>
    internal async Task<double> LoopAsync(KafkaConnection kafka, CancellationToken cancellationToken)
    {
        var decoder = await Groups.DecoderAsync();
        var group = $"bench-{Interlocked.Increment(ref _groups)}";
        return await Task.Run(() =>
        {
            using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(kafka.Apply(new ConsumerConfig
            {
                GroupId = group,
                AutoOffsetReset = AutoOffsetReset.Earliest,
                EnableAutoOffsetStore = false,
                IsolationLevel = IsolationLevel.ReadCommitted,
            })).Build();
            consumer.Subscribe(Topic);
            var (first, orders) = (0L, 0);
            while (orders < Orders)
            {
                var record = consumer.Consume(cancellationToken);
                first = first == 0 ? Stopwatch.GetTimestamp() : first;
                var decoded = decoder.Decode(new ConsumedRecord(
                    new Coordinates(record.Topic, record.Partition.Value, record.Offset.Value),
                    record.Message.Timestamp.UtcDateTime,
                    record.Message.Key,
                    record.Message.Value,
                    record.Message.Headers is { } headers
                        ? [.. headers.Select(header => new RecordHeader(header.Key, header.GetValueBytes()))]
                        : []));
                orders += decoded.Event is null ? 0 : 1;
                consumer.StoreOffset(record);
            }

            var rate = orders / Stopwatch.GetElapsedTime(first).TotalSeconds;
            consumer.Close();
            return rate;
        }, cancellationToken);
    }
}
