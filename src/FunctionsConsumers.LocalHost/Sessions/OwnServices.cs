using System.Diagnostics;
using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.LocalHost.Embedded;
using FunctionsConsumers.LocalHost.Files;

namespace FunctionsConsumers.LocalHost.Sessions;

/// <summary>
/// The embedded services of this process, with the lock that keeps a second process from starting others beside them, and the
/// run file by which the other commands find them. They end together.
/// </summary>
/// <param name="Embedded">The services.</param>
/// <param name="File">The run file; null where nobody could use it.</param>
/// <param name="Lock">The lock; null where there is no run file, so that nobody waits for one.</param>
internal sealed record OwnServices(EmbeddedServices Embedded, RunFile? File, RunLock? Lock) : IAsyncDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Takes the lock, or waits until whoever holds it has services to share. Null if there is a run file of another process now.
    /// </summary>
    /// <exception cref="LocalHostException">Another process held the lock for a minute and started nothing.</exception>
    public static async Task<RunLock?> TakeOrJoinAsync(RunSessionOptions options, CancellationToken stop)
    {
        var since = Stopwatch.GetTimestamp();
        for (var waits = 0; ; waits++)
        {
            if (RunFile.Find() is not null)
            {
                return null;
            }

            if (RunLock.TryTake() is { } taken)
            {
                RunFile.RemoveStale();
                return taken;
            }

            if (waits == 5)
            {
                await options.Log.WriteLineAsync("Another ./run or ./fc services is starting; this one joins it.");
            }

            if (Stopwatch.GetElapsedTime(since) >= Patience)
            {
                throw new LocalHostException(
                    $"another process holds {RunLock.FilePath} and has started no services within {Patience.TotalSeconds:0} s: "
                        + "stop it first");
            }

            await Task.Delay(Between, stop);
        }
    }

    /// <summary>Starts what a target lacks, under the lock, and writes the run file.</summary>
    public static async Task<(OwnServices Own, Target Target)> StartAsync(
        RunSessionOptions options, Target target, RunLock taken, CancellationToken stop)
    {
        var (own, whole) = await LaunchAsync(options, target, taken, stop);
        try
        {
            await own.UntilReadyAsync(stop);
            return (own, whole);
        }
        catch
        {
            await own.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Starts what a target lacks, under the lock, and waits only until the addresses are known; <see cref="UntilReadyAsync" /> waits
    /// for the rest.
    /// </summary>
    public static async Task<(OwnServices Own, Target Target)> LaunchAsync(
        RunSessionOptions options, Target target, RunLock taken, CancellationToken stop)
    {
        EmbeddedServices? services = null;
        try
        {
            services = await EmbeddedServices.LaunchAsync(!target.HasBrokers, !target.HasTables, target.Topic, options.Partitions, stop);
            var given = options.Target;
            var whole = Target.Resolve(
                given with
                {
                    Brokers = services.Brokers ?? given.Brokers,
                    Tables = services.TablesConnectionString ?? given.Tables,
                    Topic = target.Topic,
                },
                options.Environment, run: null);

            // A managed identity has no connection string to put into the file.
            var file = (services.TablesConnectionString ?? whole.TablesConnectionString) is { } tables
                ? new RunFile(Environment.ProcessId, whole.Topic, services.Brokers ?? whole.Kafka().Brokers, tables, null)
                : null;
            if (file is null)
            {
                taken.Dispose();
            }

            return (new OwnServices(services, file, file is null ? null : taken), whole);
        }
        catch
        {
            taken.Dispose();
            if (services is not null)
            {
                await services.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Waits until the services answer, and writes the run file: whoever finds it may ask them.</summary>
    /// <exception cref="LocalHostException">One of them does not start; the message says why.</exception>
    public async Task UntilReadyAsync(CancellationToken stop)
    {
        await Embedded.UntilReadyAsync(stop);
        File?.Write();
    }

    /// <summary>Writes into the run file where HTTP is served, which is known once the host has started.</summary>
    public void Served(string? http)
    {
        if (File is { } file)
        {
            (file with { Http = http }).Write();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            File?.Remove();
        }
        finally
        {
            try
            {
                await Embedded.DisposeAsync();
            }
            finally
            {
                Lock?.Dispose();
            }
        }
    }
}
