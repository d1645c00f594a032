using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.LocalHost;
using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.LocalHost.Embedded;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.LocalHost.Hosting;

namespace FunctionsConsumers.Cli.Run;

/// <summary>
/// The functions, running, and what of their services had to be started with them. Ends in the order that loses nothing:
/// the host drains, commits and leaves its groups while broker and tables are still there.
/// </summary>
internal sealed class RunSession : IAsyncDisposable
{
    /// <summary>How many partitions a topic gets where nobody says.</summary>
    public const int DefaultPartitions = 6;

    private readonly Invocation _call;
    private readonly EmbeddedServices? _services;
    private readonly RunFile? _file;
    private readonly LocalFunctionsHost _host;

    private RunSession(Invocation call, Target target, EmbeddedServices? services, RunFile? file, LocalFunctionsHost host) =>
        (_call, Target, _services, _file, _host) = (call, target, services, file, host);

    /// <summary>Where broker, tables and topic are.</summary>
    public Target Target { get; }

    /// <summary>How many functions run, each a group's member.</summary>
    public IReadOnlyList<LocalFunction> Functions => _host.Functions;

    /// <summary>The address that serves HTTP; null where none does.</summary>
    public string? HttpAddress => _host.HttpAddress;

    /// <summary>Ends when an embedded service dies; its line says why.</summary>
    public Task<string> Failure => _services?.Failure ?? new TaskCompletionSource<string>().Task;

    /// <summary>Starts what is missing, and the functions.</summary>
    /// <param name="call">The call.</param>
    /// <param name="partitions">How many partitions the topic gets where it has to be made.</param>
    /// <param name="http">The port for HTTP; null for the usual one.</param>
    /// <param name="quiet">Whether the host prints warnings and errors only.</param>
    /// <returns>The session.</returns>
    public static async Task<RunSession> StartAsync(Invocation call, int partitions, int? http, bool quiet)
    {
        var target = call.Target();
        EmbeddedServices? services = null;
        RunFile? file = null;
        try
        {
            if (!target.HasBrokers || !target.HasTables)
            {
                services = await EmbeddedServices.StartAsync(!target.HasBrokers, !target.HasTables, target.Topic, partitions, call.Stop);
                var options = call.TargetOptions;
                target = Target.Resolve(
                    options with { Brokers = services.Brokers ?? options.Brokers, Tables = services.TablesConnectionString ?? options.Tables, Topic = target.Topic },
                    call.Environment, RunFile.Find());
                file = FileOf(target, services);
                file?.Write();
            }

            var host = await LocalFunctionsHost.StartAsync(
                new LocalHostOptions { Topic = target.Topic, Partitions = partitions, HttpPort = http, Settings = target.HostSettings(), Quiet = quiet, Log = call.Terminal.Error }, call.Stop);
            if (file is not null)
            {
                file = file with { Http = host.HttpAddress };
                file.Write();
            }

            return new RunSession(call, target, services, file, host);
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
    /// <exception cref="CommandException">An embedded service died before.</exception>
    public Task UntilStoppedAsync() => UntilStoppedAsync(_services, _call.Stop);

    /// <summary>Waits for the signal to stop.</summary>
    /// <param name="services">The services that must not die before; null for none.</param>
    /// <param name="stop">The signal.</param>
    /// <returns>When it has come.</returns>
    /// <exception cref="CommandException">An embedded service died before.</exception>
    public static async Task UntilStoppedAsync(EmbeddedServices? services, CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = stop.Register(stopped.SetResult);
        var failure = services?.Failure ?? new TaskCompletionSource<string>().Task;
        if (await Task.WhenAny(stopped.Task, failure) == failure)
        {
            throw new CommandException(await failure);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_call.Stop.IsCancellationRequested)
        {
            _call.Terminal.Say("Stopping: the batches under way are finished and committed. Ctrl-C again ends at once.");
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
