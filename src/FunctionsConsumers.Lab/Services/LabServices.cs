using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.LocalHost.Embedded;

namespace FunctionsConsumers.Lab.Services;

/// <summary>
/// Broker and tables of a laboratory: those that options or settings name, else its own. What another process runs on
/// this machine is never taken: its consumers would take part.
/// </summary>
internal sealed class LabServices : IAsyncDisposable
{
    private readonly EmbeddedServices? _embedded;

    private LabServices(Target target, KafkaDistribution? kafka, EmbeddedServices? embedded) =>
        (Target, Kafka, _embedded) = (target, kafka, embedded);

    /// <summary>Where broker, tables and topic are.</summary>
    public Target Target { get; }

    /// <summary>The broker that can be killed; null where it is embedded or another's.</summary>
    public KafkaDistribution? Kafka { get; }

    /// <summary>Whether the broker lives in this process.</summary>
    public bool HasEmbeddedBroker => _embedded?.Brokers is not null;

    /// <summary>The process of the tables; null where they are another's.</summary>
    public int? TablesProcessId => _embedded?.TablesProcessId;

    /// <summary>Ends when an embedded service dies; its line says why.</summary>
    public Task<string> Failure => _embedded?.Failure ?? new TaskCompletionSource<string>().Task;

    /// <summary>Starts what is not named. <paramref name="options" /> is what the command line says about where things are.</summary>
    /// <exception cref="LabException">No broker is named that could be started or used.</exception>
    public static async Task<LabServices> StartAsync(
        TargetOptions options, IReadOnlyDictionary<string, string> environment, BrokerChoice broker, int partitions, LabFolder folder,
        CancellationToken stop)
    {
        var named = Target.Resolve(options, environment, run: null);
        KafkaDistribution? kafka = null;
        EmbeddedServices? embedded = null;
        try
        {
            var own = broker.Embedded || broker.KafkaHome is not null;
            var home = broker.KafkaHome ?? (broker.Embedded || named.HasBrokers ? null : environment.GetValueOrDefault("KAFKA_HOME"));
            if (!own && !named.HasBrokers && string.IsNullOrWhiteSpace(home))
            {
                throw new LabException(
                    "no Kafka that holds so many records: name a Kafka distribution with --kafka-home (setting KAFKA_HOME), a running "
                    + "Kafka with --brokers, or take the short form with --embedded");
            }

            kafka = string.IsNullOrWhiteSpace(home)
                ? null
                : await KafkaDistribution.StartAsync(home, folder.Kafka, LabFolder.Log("kafka"), stop);
            embedded = await EmbeddedServices.StartAsync(broker.Embedded, !named.HasTables, named.Topic, partitions, stop);
            var target = Target.Resolve(
                options with
                {
                    Brokers = kafka?.Brokers ?? embedded.Brokers ?? options.Brokers, Tables = embedded.TablesConnectionString
                    ?? options.Tables, Topic = named.Topic,
                },
                Without(environment, own), run: null);
            return new LabServices(target, kafka, embedded);
        }
        catch
        {
            await StopAsync(kafka, embedded);
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await StopAsync(Kafka, _embedded);

    // The laboratory's own broker needs no credentials, even where the environment has some for another.
    private static IReadOnlyDictionary<string, string> Without(IReadOnlyDictionary<string, string> environment, bool credentials) =>
        credentials
        ? environment.Where(variable => !variable.Key.StartsWith("Kafka", StringComparison.OrdinalIgnoreCase)).ToDictionary(
            StringComparer.OrdinalIgnoreCase)
        : environment;

    private static async Task StopAsync(KafkaDistribution? kafka, EmbeddedServices? embedded)
    {
        if (embedded is not null)
        {
            await embedded.DisposeAsync();
        }

        if (kafka is not null)
        {
            await kafka.DisposeAsync();
        }
    }
}

/// <summary>
/// Which broker a laboratory was asked to start; with neither, the one that <c>--brokers</c> names, or <c>KAFKA_HOME</c>.
/// </summary>
/// <param name="Embedded">The embedded one.</param>
/// <param name="KafkaHome">A distribution's folder; null for none.</param>
internal readonly record struct BrokerChoice(bool Embedded, string? KafkaHome);
