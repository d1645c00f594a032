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
    private readonly OwnServices? _own;
    private readonly LocalFunctionsHost _host;

    private RunSession(Invocation call, Target target, OwnServices? own, LocalFunctionsHost host) =>
        (_call, Target, _own, _host) = (call, target, own, host);

    /// <summary>Where broker, tables and topic are.</summary>
    public Target Target { get; }

    /// <summary>How many functions run, each a group's member.</summary>
    public IReadOnlyList<LocalFunction> Functions => _host.Functions;

    /// <summary>The address that serves HTTP; null where none does.</summary>
    public string? HttpAddress => _host.HttpAddress;

    /// <summary>Ends when an embedded service dies; its line says why.</summary>
    public Task<string> Failure => _own?.Embedded.Failure ?? new TaskCompletionSource<string>().Task;

    /// <summary>Starts what is missing, and the functions.</summary>
    /// <param name="call">The call.</param>
    /// <param name="partitions">How many partitions the topic gets where it has to be made.</param>
    /// <param name="http">The port for HTTP; null for the usual one.</param>
    /// <param name="quiet">Whether the host prints warnings and errors only.</param>
    /// <param name="isProof">Whether the run ends with its audit, and nothing is to be found in the tables afterwards.</param>
    /// <returns>The session.</returns>
    public static async Task<RunSession> StartAsync(Invocation call, int partitions, int? http, bool quiet, bool isProof)
    {
        CheckThatTablesLast(call, isProof);
        var target = call.Target();
        OwnServices? own = null;
        try
        {
            if (!target.HasBrokers || !target.HasTables)
            {
                var taken = await OwnServices.TakeOrJoinAsync(call);
                (own, target) = taken is null ? (null, call.Target()) : await OwnServices.StartAsync(call, call.Target(), partitions, taken);
            }

            var host = await LocalFunctionsHost.StartAsync(
                new LocalHostOptions { Topic = target.Topic, Partitions = partitions, HttpPort = http, Settings = target.HostSettings(), Quiet = quiet, Patience = call.Patience, Log = call.Terminal.Error }, call.Stop);
            own?.Served(host.HttpAddress);
            return new RunSession(call, target, own, host);
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
    /// <returns>When it has come.</returns>
    /// <exception cref="CommandException">An embedded service died before.</exception>
    public Task UntilStoppedAsync() => UntilStoppedAsync(_own?.Embedded, _call.Stop);

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

    // Offsets that last, beside tables that end with a process: after a restart the groups go on behind orders that no table
    // knows any more, and the audit would count each of them as lost.
    private static void CheckThatTablesLast(Invocation call, bool isProof)
    {
        var named = Target.Resolve(call.TargetOptions, call.Environment, run: null);
        if (!named.HasBrokers || named.HasTables)
        {
            if (named.HasTables && !named.HasBrokers)
            {
                call.Terminal.Say("The broker is embedded and ends with this process; the tables stay. The next start begins with an empty topic.");
            }

            return;
        }

        var brokers = named.Kafka().Brokers;
        if (RunFile.Find()?.Brokers == brokers)
        {
            return;
        }

        if (!isProof)
        {
            throw new CommandException(
                $"Kafka at {brokers} keeps the groups' offsets, and embedded tables end with this process: after a restart every order would count as lost. "
                + "Name tables that last too with --tables (setting OrderTables), or leave --brokers (setting KafkaBrokers) out for an embedded broker");
        }

        call.Terminal.Say($"The tables are embedded and end with this run, while the groups' offsets stay at {brokers}: give further runs a topic of their own (--topic), or tables that last (--tables).");
    }
}
