using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.LocalHost.Files;

namespace FunctionsConsumers.LocalHost.Embedded;

/// <summary>
/// A Kafka broker and a table service that live and end with this process: librdkafka's mock cluster in-process, Azurite
/// in memory as a child. Both listen on 127.0.0.1 and keep nothing.
/// </summary>
public sealed class EmbeddedServices : IAsyncDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly MockCluster? _cluster;
    private readonly Azurite? _azurite;

    private EmbeddedServices(MockCluster? cluster, Azurite? azurite)
    {
        _cluster = cluster;
        _azurite = azurite;
    }

    /// <summary>The bootstrap list; null where no broker was asked for.</summary>
    public string? Brokers => _cluster?.Brokers;

    /// <summary>The connection string of the tables; null where none were asked for.</summary>
    public string? TablesConnectionString => _azurite?.ConnectionString;

    /// <summary>
    /// The process that serves the tables, for those who want to see what its absence does; null where none were asked for.
    /// </summary>
    public int? TablesProcessId => _azurite?.ProcessId;

    /// <summary>
    /// Ends, with one line that says what happened, when a service dies before it is disposed of. What it held is gone
    /// then, so nothing can go on.
    /// </summary>
    public Task<string> Failure => _azurite?.Failure ?? new TaskCompletionSource<string>().Task;

    /// <summary>Starts the services.</summary>
    /// <param name="kafka">Whether to start the broker.</param>
    /// <param name="tables">Whether to start the table service.</param>
    /// <param name="topic">The topic of the orders; it and its dead-letter topics are made.</param>
    /// <param name="partitions">How many partitions the topic gets, 1 to 1,000; a dead-letter topic gets one.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    /// <returns>The running services.</returns>
    /// <exception cref="LocalHostException">A service cannot be started; the message says what is missing.</exception>
    public static async Task<EmbeddedServices> StartAsync(
        bool kafka, bool tables, string topic, int partitions, CancellationToken cancellationToken)
    {
        var services = await LaunchAsync(kafka, tables, topic, partitions, cancellationToken);
        try
        {
            await services.UntilReadyAsync(cancellationToken);
            return services;
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Starts the services and waits until their addresses are known: the broker answers then, the tables load for most of a second
    /// more (<see cref="UntilReadyAsync" />), in which the caller has something to do too.
    /// </summary>
    /// <exception cref="LocalHostException">A service cannot be started; the message says what is missing.</exception>
    internal static async Task<EmbeddedServices> LaunchAsync(
        bool kafka, bool tables, string topic, int partitions, CancellationToken cancellationToken)
    {
        var azurite = tables ? Azurite.Launch() : null;
        MockCluster? cluster = null;
        try
        {
            cluster = kafka ? MockCluster.Start() : null;
            cluster?.CreateTopic(topic, partitions);
            foreach (var deadLetters in OrderTopics.DeadLetters(topic))
            {
                cluster?.CreateTopic(deadLetters, 1);
            }

            if (azurite is not null)
            {
                await azurite.UntilAddressedAsync(cancellationToken);
            }

            return new EmbeddedServices(cluster, azurite);
        }
        catch
        {
            if (azurite is not null)
            {
                await azurite.DisposeAsync();
            }

            cluster?.Dispose();
            throw;
        }
    }

    /// <summary>Waits until the tables answer too.</summary>
    /// <exception cref="LocalHostException">They do not start; the message says why.</exception>
    internal Task UntilReadyAsync(CancellationToken cancellationToken) =>
        _azurite?.UntilReadyAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>
    /// Whether a broker is an embedded one, of this process or of another: it cannot be asked for groups, members or
    /// configurations, and makes no topics (see <see cref="HostReport" /> for the members).
    /// </summary>
    /// <param name="kafka">The broker.</param>
    /// <param name="cancellationToken">Gives up waiting; the question itself ends after 10 s.</param>
    /// <returns>True where it is; false where it is not, or does not answer.</returns>
    public static async Task<bool> IsEmbeddedAsync(KafkaConnection kafka, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(kafka);

        // An embedded broker knows no credentials.
        return kafka.Username is null
            && await Task.Run(() => MockCluster.IsAt(kafka.Brokers, AnswerTimeout), cancellationToken).WaitAsync(cancellationToken);
    }

    /// <summary>Ends the services; what they held is gone.</summary>
    /// <returns>When they have ended.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null)
        {
            await _azurite.DisposeAsync();
        }

        _cluster?.Dispose();
    }
}
