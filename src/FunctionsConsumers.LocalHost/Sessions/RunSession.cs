using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.LocalHost.Embedded;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.LocalHost.Hosting;

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
    private readonly EmbeddedServices? _services;
    private readonly RunFile? _file;
    private readonly LocalFunctionsHost _host;

    private RunSession(RunSessionOptions options, Target target, EmbeddedServices? services, RunFile? file, LocalFunctionsHost host, CancellationToken stop) =>
        (_options, Target, _services, _file, _host, _stop) = (options, target, services, file, host, stop);

    /// <summary>Where broker, tables and topic are.</summary>
    public Target Target { get; }

    /// <summary>How many functions run, each a group's member.</summary>
    public IReadOnlyList<LocalFunction> Functions => _host.Functions;

    /// <summary>Ends when an embedded service dies; its line says why.</summary>
    public Task<string> Failure => _services?.Failure ?? new TaskCompletionSource<string>().Task;

    /// <summary>Starts what is missing, and the functions.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="stop">Gives up the start, and later ends <see cref="UntilStoppedAsync()" />.</param>
    /// <returns>The session.</returns>
    public static async Task<RunSession> StartAsync(RunSessionOptions options, CancellationToken stop)
    {
        var target = Target.Resolve(options.Target, options.Environment, RunFile.Find());
        EmbeddedServices? services = null;
        RunFile? file = null;
        try
        {
            if (!target.HasBrokers || !target.HasTables)
            {
                services = await EmbeddedServices.StartAsync(!target.HasBrokers, !target.HasTables, target.Topic, options.Partitions, stop);
                var given = options.Target;
                target = Target.Resolve(
                    given with { Brokers = services.Brokers ?? given.Brokers, Tables = services.TablesConnectionString ?? given.Tables, Topic = target.Topic },
                    options.Environment, RunFile.Find());
                file = FileOf(target, services);
                file?.Write();
            }

            var host = await LocalFunctionsHost.StartAsync(
                new LocalHostOptions
                {
                    Topic = target.Topic, Partitions = options.Partitions, Settings = target.HostSettings(), Quiet = options.Quiet, Log = options.Log,
                },
                stop);
            return new RunSession(options, target, services, file, host, stop);
        }
        catch
        {
            file?.Remove();
            if (services is not null)
            {
                await services.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Waits for the signal to stop.</summary>
    /// <returns>When it has come.</returns>
    /// <exception cref="LocalHostException">An embedded service died before.</exception>
    public Task UntilStoppedAsync() => UntilStoppedAsync(_services, _stop);

    /// <summary>Waits for the signal to stop.</summary>
    /// <param name="services">The services that must not die before; null for none.</param>
    /// <param name="stop">The signal.</param>
    /// <returns>When it has come.</returns>
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

        await _host.StopAsync(LocalFunctionsHost.DefaultDrain);
        _file?.Remove();
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }
    }

    // Others find by the file what was started here; a managed identity has no connection string to put into it.
    private static RunFile? FileOf(Target target, EmbeddedServices services) =>
        (services.TablesConnectionString ?? target.TablesConnectionString) is { } tables && RunFile.Find() is null
            ? new RunFile(Environment.ProcessId, target.Topic, services.Brokers ?? target.Kafka().Brokers, tables, null)
            : null;
}

/// <summary>What a session is asked for.</summary>
/// <param name="Target">What the command line says about where things are.</param>
/// <param name="Environment">The environment's variables.</param>
/// <param name="Log">Where the host prints its lines.</param>
internal sealed record RunSessionOptions(TargetOptions Target, IReadOnlyDictionary<string, string> Environment, TextWriter Log)
{
    /// <summary>How many partitions the topic gets where it has to be made.</summary>
    /// <value>Default 6.</value>
    public int Partitions { get; init; } = RunSession.DefaultPartitions;

    /// <summary>Whether the host prints warnings and errors only.</summary>
    /// <value>Default false.</value>
    public bool Quiet { get; init; }
}
