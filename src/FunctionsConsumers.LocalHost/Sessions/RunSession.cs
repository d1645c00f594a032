using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.LocalHost.Embedded;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.LocalHost.Hosting;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.LocalHost.Sessions;

/// <summary>
/// The functions, running, and what of their services had to be started with them. Ends in the order that loses nothing:
/// the host drains, commits and leaves its groups while broker and tables are still there.
/// </summary>
internal sealed class RunSession : IAsyncDisposable
{
    /// <summary>How many partitions a topic gets where nobody says.</summary>
    public const int DefaultPartitions = 6;

    private readonly RunSessionOptions _options;
    private readonly CancellationToken _stop;
    private readonly OwnServices? _own;
    private readonly LocalFunctionsHost _host;

    private RunSession(RunSessionOptions options, Target target, OwnServices? own, LocalFunctionsHost host, CancellationToken stop) =>
        (_options, Target, _own, _host, _stop) = (options, target, own, host, stop);

    /// <summary>Where broker, tables and topic are.</summary>
    public Target Target { get; }

    /// <summary>How many functions run, each a group's member.</summary>
    public IReadOnlyList<LocalFunction> Functions => _host.Functions;

    /// <summary>The address that serves HTTP; null where none does.</summary>
    public string? HttpAddress => _host.HttpAddress;

    /// <summary>Ends when an embedded service dies; its line says why.</summary>
    public Task<string> Failure => _own?.Embedded.Failure ?? new TaskCompletionSource<string>().Task;

    /// <summary>Starts what is missing, and the functions.</summary>
    public static async Task<RunSession> StartAsync(RunSessionOptions options, CancellationToken stop)
    {
        await CheckThatTablesLastAsync(options);
        var target = options.Resolve();
        var named = target;
        OwnServices? own = null;
        try
        {
            if (!target.HasBrokers || !target.HasTables)
            {
                var missing = target.HasBrokers ? "tables" : target.HasTables ? "a broker" : "a broker and tables";
                await options.Log.WriteLineAsync($"Starting {missing} on this machine …");
                var taken = await OwnServices.TakeOrJoinAsync(options, stop);
                (own, target) = taken is null
                    ? (null, options.Resolve())
                    : await OwnServices.LaunchAsync(options, options.Resolve(), taken, stop);
            }

            var host = await LocalFunctionsHost.StartAsync(
                new LocalHostOptions
                {
                    Topic = target.Topic, Partitions = options.Partitions, HttpPort = options.HttpPort, Settings = target.HostSettings(),
                    Sources = SourcesOf(named, target, own is not null),
                    Quiet = options.Quiet, Patience = options.Patience, Log = options.Log,
                    UntilTables = own is null ? null : own.UntilReadyAsync,
                },
                stop);
            own?.Served(host.HttpAddress);
            return new RunSession(options, target, own, host, stop);
        }
        catch
        {
            if (own is not null)
            {
                await own.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Waits for the signal to stop.</summary>
    /// <exception cref="LocalHostException">An embedded service died before.</exception>
    public Task UntilStoppedAsync() => UntilStoppedAsync(_own?.Embedded, _stop);

    /// <summary>Waits for the signal to stop.</summary>
    /// <exception cref="LocalHostException">An embedded service died before.</exception>
    public static async Task UntilStoppedAsync(EmbeddedServices? services, CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = stop.Register(stopped.SetResult);
        var failure = services?.Failure ?? new TaskCompletionSource<string>().Task;
        if (await Task.WhenAny(stopped.Task, failure) == failure)
        {
            throw new LocalHostException(await failure);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            await _options.Log.WriteLineAsync("Stopping: the batches under way are finished and committed. Ctrl-C again ends at once.");
        }

        try
        {
            await _host.StopAsync(LocalFunctionsHost.DefaultDrain);
        }
        finally
        {
            if (_own is not null)
            {
                await _own.DisposeAsync();
            }
        }
    }

    // What was started here counts as such, though the target has it like an option.
    private static Dictionary<string, string> SourcesOf(Target named, Target target, bool isOwn)
    {
        const string own = "embedded, started here";
        var topic = named.Sources[OrderSettings.Topic];
        var sources = new Dictionary<string, string>(target.Sources, StringComparer.OrdinalIgnoreCase) { [OrderSettings.Topic] = topic };
        if (isOwn && !named.HasBrokers)
        {
            sources["KafkaBrokers"] = own;
        }

        if (isOwn && !named.HasTables)
        {
            sources[OrderSettings.Tables] = own;
        }

        return sources;
    }

    // Offsets that last, beside tables that end with a process: after a restart the groups go on behind orders that no table
    // knows any more, and the audit would count each of them as lost.
    private static async Task CheckThatTablesLastAsync(RunSessionOptions options)
    {
        var named = Target.Resolve(options.Target, options.Environment, run: null);
        if (!named.HasBrokers || named.HasTables)
        {
            if (named.HasTables && !named.HasBrokers)
            {
                await options.Log.WriteLineAsync(
                    "The broker is embedded and ends with this process; the tables stay. The next start begins with an empty topic.");
            }

            return;
        }

        var brokers = named.Kafka().Brokers;
        if (RunFile.Find()?.Brokers == brokers)
        {
            return;
        }

        if (!options.IsProof)
        {
            throw new LocalHostException(
                $"Kafka at {brokers} keeps the groups' offsets, and embedded tables end with this process: after a restart every order "
                + "would count as lost. Name tables that last too with --tables (setting OrderTables), or leave --brokers (setting "
                + "KafkaBrokers) out for an embedded broker");
        }

        await options.Log.WriteLineAsync($"The tables are embedded and end with this run, while the groups' offsets stay at {brokers}: "
            + "give further runs a topic of their own (--topic), or tables that last (--tables).");
    }
}

/// <summary>What a session is asked for.</summary>
/// <param name="Target">What the command line says about where things are.</param>
/// <param name="Environment">The environment's variables.</param>
/// <param name="Log">Where the host prints its lines.</param>
/// <param name="Patience">How long a service that gives no answer is waited for.</param>
internal sealed record RunSessionOptions(
    TargetOptions Target, IReadOnlyDictionary<string, string> Environment, TextWriter Log, TimeSpan Patience)
{
    /// <summary>How many partitions the topic gets where it has to be made.</summary>
    /// <value>Default 6.</value>
    public int Partitions { get; init; } = RunSession.DefaultPartitions;

    /// <summary>The port of the HTTP functions on 127.0.0.1; 0 for any free one.</summary>
    /// <value>Default null: <see cref="LocalHostOptions.HttpPort" /> says which.</value>
    public int? HttpPort { get; init; }

    /// <summary>Whether the host prints warnings and errors only.</summary>
    /// <value>Default false.</value>
    public bool Quiet { get; init; }

    /// <summary>Whether the run ends with its audit, and nothing is to be found in the tables afterwards.</summary>
    /// <value>Default false.</value>
    public bool IsProof { get; init; }

    /// <summary>Follows the services that are talked to; null where the caller says by itself what it waits for.</summary>
    /// <value>Default null.</value>
    public IServiceFollower? Waits { get; init; }

    /// <summary>Where broker, tables and topic are, with what another process runs on this machine.</summary>
    public Target Resolve() => Connections.Target.Resolve(Target, Environment, RunFile.Find(), Patience, Waits);
}
