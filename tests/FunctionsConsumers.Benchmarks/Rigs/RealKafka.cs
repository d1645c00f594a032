using Confluent.Kafka;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Lab;
using FunctionsConsumers.Lab.Services;
using FunctionsConsumers.Lab.Traffic;

namespace FunctionsConsumers.Benchmarks.Rigs;

/// <summary>A broker of the distribution that <c>KAFKA_HOME</c> names, with topics full of orders.</summary>
internal sealed class RealKafka : IAsyncDisposable
{
    private const int Partitions = 4;

    private readonly KafkaDistribution _kafka;
    private readonly string _folder;

    private RealKafka(KafkaDistribution kafka, string folder)
    {
        (_kafka, _folder) = (kafka, folder);
        Connection = new KafkaConnection(kafka.Brokers);
    }

    /// <summary>How to reach it.</summary>
    public KafkaConnection Connection { get; }

    /// <summary>Starts it.</summary>
    /// <exception cref="LabException">There is no distribution, or it does not start.</exception>
    public static async Task<RealKafka> StartAsync(CancellationToken cancellationToken)
    {
        var home = Bench.KafkaHome
            ?? throw new LabException("KAFKA_HOME names no distribution of Kafka: the peers are measured on a real one.");
        var folder = Directory.CreateTempSubdirectory("bench-kafka-").FullName;
        return new RealKafka(
            await KafkaDistribution.StartAsync(home, folder, Path.Combine(folder, "kafka.log"), cancellationToken), folder);
    }

    /// <summary>Makes a topic.</summary>
    public async Task MakeTopicAsync(string topic)
    {
        using var admin = Admin();
        await admin.CreateTopicsAsync([new() { Name = topic, NumPartitions = Partitions, ReplicationFactor = 1 }]);
    }

    /// <summary>Makes a topic and fills it.</summary>
    public async Task FillTopicAsync(string topic, TrafficPlan plan, CancellationToken cancellationToken)
    {
        await MakeTopicAsync(topic);
        await TrafficProducer.ProduceAsync(Connection, topic, plan, null, _ => { }, cancellationToken);
    }

    /// <summary>Has a group forgotten, so that it starts at the topic's beginning again.</summary>
    public async Task ForgetGroupAsync(string group)
    {
        using var admin = Admin();
        await admin.DeleteGroupsAsync([group]);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _kafka.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private IAdminClient Admin() => new AdminClientBuilder(Connection.Apply(new AdminClientConfig())).Build();
}
