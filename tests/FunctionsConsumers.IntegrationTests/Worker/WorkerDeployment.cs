using System.Text.Json.Nodes;
using Confluent.Kafka;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.IntegrationTests.Cli;
using FunctionsConsumers.LocalHost.Embedded;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace FunctionsConsumers.IntegrationTests.Worker;

/// <summary>
/// What the app as a worker needs for one test: broker and tables of its own, a gate before the tables, and <c>fc</c>,
/// whose audit judges what the worker made of the topic.
/// </summary>
internal sealed class WorkerDeployment : IAsyncDisposable
{
    public const string Topic = "order-events";
    public const int Partitions = 4;

    public static readonly IReadOnlyList<string> Consumers = ["BillingServiceConsumer", "InventoryServiceConsumer",
        "NotificationServiceConsumer"];

    private readonly EmbeddedServices _services;
    private readonly TableGate _gate;
    private readonly string _folder = Directory.CreateTempSubdirectory("worker").FullName;
    private readonly List<FunctionsHost> _hosts = [];
    private readonly List<KafkaTrigger> _triggers = [];

    private WorkerDeployment(EmbeddedServices services) =>
        (_services, _gate) = (services, new TableGate(services.TablesConnectionString!));

    /// <summary>Who wrote the converter that the worker reads records with: only the genuine extension names the host's.</summary>
    public static string Converter { get; } = typeof(KafkaTriggerAttribute).Assembly.IsDefined(
        typeof(ExtensionInformationAttribute), inherit: false)
        ? "genuine Kafka worker extension" : "stand-in of the Kafka worker extension, whose converter is ours";

    /// <summary>The broker.</summary>
    public string Brokers => _services.Brokers!;

    /// <summary>The gate between worker and tables.</summary>
    public TableGate Tables => _gate;

    /// <summary>The options with which <c>fc</c> finds the deployment.</summary>
    private string At => $"--brokers {Brokers} --tables {_services.TablesConnectionString} --topic {Topic}";

    /// <summary>Starts broker and tables.</summary>
    public static async Task<WorkerDeployment> StartAsync() =>
        new(await EmbeddedServices.StartAsync(kafka: true, tables: true, Topic, Partitions, TestContext.Current.CancellationToken));

    /// <summary>Starts a worker.</summary>
    /// <param name="settings">Settings beside those that say where everything is.</param>
    public async Task<FunctionsHost> WorkerAsync(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["KafkaBrokers"] = Brokers,
            ["OrdersTopic"] = Topic,
            ["OrderTables"] = _gate.ConnectionString,
            ["MailFolder"] = Path.Combine(_folder, "mail"),
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        var host = await FunctionsHost.StartAsync(all, Path.Combine(_folder, $"worker-{_hosts.Count}.log"));
        _hosts.Add(host);
        return host;
    }

    /// <summary>The Kafka trigger of each consumer.</summary>
    public List<KafkaTrigger> Triggers(FunctionsHost host)
    {
        var triggers = Consumers.Select(consumer => new KafkaTrigger(host, consumer, Brokers, Topic, Partitions)).ToList();
        _triggers.AddRange(triggers);
        return triggers;
    }

    /// <summary>
    /// Produces orders, with a resend for every fifth and poison for every fiftieth. At this rate the client writes small
    /// sets of records, so that those of all partitions come in turns, and with them into the same batch.
    /// </summary>
    public async Task ProduceAsync(int orders, int seed)
    {
        var produced = await Fc.RunHereAsync($"produce --count {orders} --duplicates 0.2 --poison 0.02 --seed {seed} --rate 4000 {At}");
        Assert.True(produced.ExitCode == 0, produced.ToString());
    }

    /// <summary>Produces records, in turn to each partition.</summary>
    public void Produce(IEnumerable<Message<byte[]?, byte[]?>> records)
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(
            new ProducerConfig { BootstrapServers = Brokers, LingerMs = 1 }).Build();
        foreach (var (place, record) in records.Index())
        {
            producer.Produce(new TopicPartition(Topic, place % Partitions), record, report => Assert.False(report.Error.IsError));
        }

        producer.Flush(TestContext.Current.CancellationToken);
    }

    /// <summary>The dead letters of a group.</summary>
    public List<Message<byte[]?, byte[]?>> DeadLetters(string group)
    {
        var letters = new List<Message<byte[]?, byte[]?>>();
        var topic = $"{Topic}.{group}.dead-letters";
        using var reader = new TopicReader(new KafkaConnection(Brokers).Apply(new ClientConfig()));
        reader.Read(topic, reader.Offsets(topic), record => letters.Add(record.Message), TestContext.Current.CancellationToken);
        return letters;
    }

    /// <summary>Waits until every group stands at the end and its outbox is empty, and finds nothing lost or doubled.</summary>
    /// <param name="host">The worker, whose words explain a failure.</param>
    /// <param name="exitCode">What the audit comes to; 1 where something is lost.</param>
    public async Task<JsonNode> AuditedAsync(FunctionsHost host, int exitCode = 0)
    {
        var audited = await Fc.RunHereAsync($"audit --json {At}");
        Assert.True(audited.ExitCode == exitCode, $"{audited}\n{host.Said}");
        return JsonNode.Parse(audited.Out)!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        _triggers.ForEach(trigger => trigger.Dispose());
        await _gate.DisposeAsync();
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
