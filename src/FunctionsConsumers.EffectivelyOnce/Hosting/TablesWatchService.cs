using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Hosting;

/// <summary>Says in the log when a table account gives no answer, and when it is back, while the host starts, runs and stops.</summary>
internal sealed partial class TablesWatchService : IHostedLifecycleService, IDisposable
{
    private readonly ILogger _logger;
    private readonly TablesWatch _watch;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public TablesWatchService(TableAccounts accounts, TimeProvider time, ILoggerFactory loggers)
    {
        _logger = loggers.CreateLogger("FunctionsConsumers.EffectivelyOnce");
        _watch = new TablesWatch(
            accounts.Setting,
            accounts.Pulses,
            time,
            absence => LogAway(absence.Name, absence.SinceText, absence.Reason),
            (absence, away) => LogBack(absence.Name, away.TotalSeconds));
    }

    // Before any service opens a table, since that is where a start waits.
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(() => _watch.RunAsync(_stop.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _watch.Dispose();
        _stop.Dispose();
    }

    [LoggerMessage(44, LogLevel.Warning, "{Tables} are away since {Since} ({Reason}); what needs them waits")]
    private partial void LogAway(string tables, string since, string reason);

    [LoggerMessage(53, LogLevel.Information, "{Tables} are back after {Seconds:0} s")]
    private partial void LogBack(string tables, double seconds);
}
