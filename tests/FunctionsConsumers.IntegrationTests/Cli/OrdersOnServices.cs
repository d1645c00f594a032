using System.Text;
using Confluent.Kafka;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Cli;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.IntegrationTests.LocalHost;
using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Embedded;
using FunctionsConsumers.LocalHost.Hosting;
using FunctionsConsumers.Orders;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsConsumers.IntegrationTests.Cli;

/// <summary>
/// Broker and tables of a test's own with an orders topic of one partition, hosts on them, and <c>fc</c> called in this
/// process. Hosts of one process share one report of their members: whoever starts some is in the collection
/// <see cref="Collection" />.
/// </summary>
internal sealed class OrdersOnServices : IAsyncDisposable
{
    public const string Collection = "hosts in this process";

    private const string Topic = "order-events";

    private readonly EmbeddedServices _services;
    private readonly string _folder = Directory.CreateTempSubdirectory("orders").FullName;
    private readonly StringWriter _log = new();
    private readonly TextWriter _lines;
    private int _produced;

    private OrdersOnServices(EmbeddedServices services, string kafka)
    {
        _services = services;
        _lines = TextWriter.Synchronized(_log);
        File.WriteAllText(Path.Combine(_folder, "host.json"), "{\"version\": \"2.0\", \"extensions\": {\"kafka\": " + kafka + "}}");
    }

    /// <summary>What the hosts have said.</summary>
    public string Log
    {
        get
        {
            lock (_lines)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>The connection string of the tables.</summary>
    public string Tables => _services.TablesConnectionString!;

    /// <summary>Starts broker and tables.</summary>
    /// <param name="kafka">The section <c>extensions.kafka</c> of host.json.</param>
    public static async Task<OrdersOnServices> StartAsync(string kafka) =>
        new(await EmbeddedServices.StartAsync(kafka: true, tables: true, Topic, 1, TestContext.Current.CancellationToken), kafka);

    /// <summary>Starts a host whose outbox is swept every 2.5 s.</summary>
    public Task<LocalFunctionsHost> HostAsync(
        IEnumerable<Type> types, Action<IServiceCollection, IConfiguration> register,
        params ReadOnlySpan<(string Name, string Value)> settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["EffectivelyOnce__OutboxLease"] = "00:00:10", ["MailFolder"] = Path.Combine(_folder, "mail"),
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return LocalFunctionsHost.StartAsync(
            new LocalHostOptions
            {
                Brokers = _services.Brokers, Tables = Tables, Topic = Topic, Quiet = true, ScriptRoot = _folder, Settings = all,
                Log = _lines,
            },
            types, register, TestContext.Current.CancellationToken);
    }

    /// <summary>Writes records, and waits until every group has committed them.</summary>
    public async Task ProduceAndCommitAsync(IEnumerable<string> values, string? traceparent = null)
    {
        using (var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = _services.Brokers }).Build())
        {
            foreach (var value in values)
            {
                var headers = traceparent is null ? null : new Headers { { "traceparent", Encoding.UTF8.GetBytes(traceparent) } };
                producer.Produce(new TopicPartition(Topic, 0), new Message<Null, string> { Value = value, Headers = headers });
                _produced++;
            }

            producer.Flush(TestContext.Current.CancellationToken);
        }

        using var offsets = new GroupOffsets(new KafkaConnection(_services.Brokers!).Apply(new ClientConfig()));
        await Eventually.TrueAsync(() => Groups.All.All(group => offsets.Committed(group, Topic, [0]).GetValueOrDefault(0) == _produced),
            "every group has committed everything");
    }

    /// <summary>
    /// Runs <c>fc</c> as from a shell in which nobody can be asked; with an answer given, as from a terminal where that is
    /// typed.
    /// </summary>
    public Task<FcResult> FcAsync(string line, string? answer = null) =>
        Fc.RunHereAsync($"{line} --brokers {_services.Brokers} --tables {Tables} --topic {Topic}", answer);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _log.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
