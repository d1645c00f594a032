using Azure.Data.Tables;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using FunctionsConsumers.Audit;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Sessions;
using FunctionsConsumers.Audit.Verdicts;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.IntegrationTests.Cli;
using FunctionsConsumers.IntegrationTests.LocalHost;
using FunctionsConsumers.IntegrationTests.LocalHost.Kafka;
using FunctionsConsumers.Lab.Services;
using FunctionsConsumers.Lab.Traffic;
using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.IntegrationTests.EndToEnd;

/// <summary>
/// The whole system for one test: a new topic on the real broker, empty tables, and local hosts as processes. What they
/// made of the topic is judged by the audit. Nothing of it is left in the groups at the end.
/// </summary>
internal sealed class Deployment : IAsyncDisposable
{
    // More than the lease of the outbox and a sweep: a message whose owner lost its answer goes only then.
    private static readonly TimeSpan AuditPatience = TimeSpan.FromSeconds(150);

    private readonly string _tables;
    private readonly List<FcProcess> _hosts = [];
    private readonly GroupOffsets _offsets;

    private Deployment(string brokers, string tables)
    {
        Brokers = brokers;
        _tables = tables;
        _offsets = new GroupOffsets(new KafkaConnection(brokers).Apply(new ClientConfig()));
        Accounts = new TableServiceClient(tables);

        // What waits for a broker or an owner that went away is seen to while the test still runs.
        Fc.Settings["EffectivelyOnce__OutboxLease"] = "00:00:20";
        var hostJson = Path.Combine(Fc.Home, "host.json");
        var text = File.ReadAllText(hostJson);
        Assert.Contains("\"sessionTimeoutMs\": 45000", text, StringComparison.Ordinal);
        File.WriteAllText(hostJson,
            text.Replace("\"sessionTimeoutMs\": 45000", "\"sessionTimeoutMs\": 6000, \"reconnectBackoffMaxMs\": 500",
            StringComparison.Ordinal));
    }

    public Fc Fc { get; } = new();

    public string Brokers { get; }

    public string Topic { get; } = "orders-" + Guid.NewGuid().ToString("N");

    public TableServiceClient Accounts { get; }

    /// <summary>The options with which <c>fc</c> finds the deployment.</summary>
    public string At => $"--brokers {Brokers} --tables {_tables} --topic {Topic}";

    /// <summary>The settings with which the library finds it.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["KafkaBrokers"] = Brokers, ["OrderTables"] = _tables, ["OrdersTopic"] = Topic,
    };

    /// <summary>Makes the topic and empties the tables.</summary>
    public static async Task<Deployment> MakeAsync(RealKafka kafka, EmptyTables tables, int partitions)
    {
        var deployment = new Deployment(kafka.Brokers, await tables.EmptyAsync());
        using var admin = deployment.Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = deployment.Topic, NumPartitions = partitions }]);
        return deployment;
    }

    /// <summary>Starts a host, and waits until its functions run.</summary>
    public async Task<FcProcess> StartHostAsync()
    {
        var host = await Fc.StartAsync("run " + At, "Stop:");
        lock (_hosts)
        {
            _hosts.Add(host);
        }

        return host;
    }

    /// <summary>Stops a host with SIGTERM, which ends well.</summary>
    public async Task StopHostAsync(FcProcess host)
    {
        lock (_hosts)
        {
            _hosts.Remove(host);
        }

        var stopped = await host.TerminateAsync();
        Assert.True(stopped.ExitCode == 0, stopped.ToString());
    }

    /// <summary>Waits until each group has so many members, and each partition exactly one owner among them.</summary>
    public async Task UntilSharedAsync(int members, int partitions)
    {
        using var admin = Admin();
        await Eventually.TrueAsync(
            async () => AreShared((await admin.DescribeConsumerGroupsAsync(Groups.All)).ConsumerGroupDescriptions),
            $"{members} members that share {partitions} partitions, each with one owner");

        bool AreShared(List<ConsumerGroupDescription> groups) => groups.TrueForAll(group => group.State == ConsumerGroupState.Stable
            && group.Members.Count == members
            && group.Members.TrueForAll(member => member.Assignment.TopicPartitions.Count > 0)
            && group.Members.SelectMany(member => member.Assignment.TopicPartitions)
                .Select(partition => (partition.Topic, partition.Partition.Value)).Order()
                .SequenceEqual(Enumerable.Range(0, partitions).Select(partition => (Topic, partition))));
    }

    /// <summary>Waits until every group stands at the end, and finds nothing lost, doubled or left in an outbox.</summary>
    public async Task<AuditReport> AuditedAsync()
    {
        var target = Target.Resolve(new TargetOptions(Brokers, _tables, Topic), new Dictionary<string, string>(), null);
        var outcome = await new AuditSession(target.Audited(), Groups.All).RunAsync(
            null, AuditPatience, TestContext.Current.CancellationToken);
        Assert.True(outcome.IsWhole
            && outcome.Report.Ok,
            $"{outcome.Report.Verdict} {string.Join('\n', outcome.Report.Findings)} "
            + $"{string.Join('\n', _hosts.Select(host => host.Result.Error))}");
        return outcome.Report;
    }

    /// <summary>Produces records, each to the partition that its place names.</summary>
    public void Produce(IEnumerable<TrafficRecord> records, Func<int, int> partitionOf)
    {
        using var producer = new ProducerBuilder<byte[], byte[]?>(new ProducerConfig { BootstrapServers = Brokers, LingerMs = 1 }).Build();
        var place = 0;
        foreach (var record in records)
        {
            producer.Produce(
                new TopicPartition(Topic, partitionOf(place++)), ToMessage(record), report => Assert.False(report.Error.IsError));
        }

        producer.Flush(TestContext.Current.CancellationToken);
    }

    /// <summary>Produces seeded orders, resends and poison at a steady rate until it is told that it is enough.</summary>
    public Task<ProducedTraffic> ProduceUntilAsync(CancellationToken enough) => Task.Run(
        () => TrafficProducer.ProduceAsync(
        new KafkaConnection(Brokers), Topic, new TrafficPlan(1_000_000, 0.1m, 0.01m, 21), 300, _ => { }, enough),
        TestContext.Current.CancellationToken);

    /// <summary>Makes the topic wider.</summary>
    public async Task GrowAsync(int partitions)
    {
        using var admin = Admin();
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = Topic, IncreaseTo = partitions }]);
    }

    /// <summary>Sets the groups, which have no member now, back to the beginning.</summary>
    public async Task ResetAsync(int partitions)
    {
        using var admin = Admin();
        foreach (var group in Groups.All)
        {
            await admin.AlterConsumerGroupOffsetsAsync(
                [new ConsumerGroupTopicPartitionOffsets(group,
                [.. Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(Topic, partition, 0))])]);
        }
    }

    /// <summary>
    /// How many records of the topic a group has committed. Asked by a consumer: librdkafka 2.15 ends the process when an
    /// admin client asks (ListConsumerGroupOffsets) and the coordinator is not ready, as after a broker's restart.
    /// </summary>
    public long Committed(string group, int partitions) => _offsets.Committed(group, Topic, Enumerable.Range(0, partitions)).Values.Sum();

    public async ValueTask DisposeAsync()
    {
        // A host that is merely killed stays in its groups until its session ends, and would keep the next test's waiting.
        foreach (var host in _hosts.Where(host => !host.Process.HasExited))
        {
            await host.TerminateAsync();
        }

        await Fc.DisposeAsync();
        _offsets.Dispose();
    }

    public static Message<byte[], byte[]?> ToMessage(TrafficRecord record)
    {
        var message = new Message<byte[], byte[]?> { Key = record.Key, Value = record.Value, Headers = [] };
        foreach (var (name, value) in record.Headers)
        {
            message.Headers.Add(name, value);
        }

        return message;
    }

    private IAdminClient Admin() =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Brokers }).SetLogHandler((_, _) => { }).SetErrorHandler(
            (_, _) => { }).Build();
}
