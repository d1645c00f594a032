using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outages;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.LocalHost.Timers;

/// <summary>
/// Calls a function by its schedule, one call at a time. On Azure a timer's function runs on one instance of all; here each local
/// host calls it for itself, so such a function has to bear company.
/// </summary>
internal sealed partial class TimerListener(
    string name, TimerSchedule schedule, bool runOnStartup, Func<TimerInfo, CancellationToken, Task> invoke, TimeProvider time,
    ILogger logger) : IDisposable
{
    /// <summary>The longest single wait: a timer of the system takes no more than 49 days, and a clock may be set meanwhile.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly ILogger _logger = logger;
    private readonly ContainedFaults _faults = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Begins to follow the schedule.</summary>
    public void Start() => _running = Task.Run(FollowAsync);

    /// <summary>Stops: a call under way is cancelled and waited for.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        await _stop.CancelAsync();
        try
        {
            await _running.WaitAsync(limit, time);
        }
        catch (TimeoutException)
        {
            LogStillRunning(name, limit.TotalSeconds);
        }
    }

    public void Dispose() => _stop.Dispose();

    private async Task FollowAsync()
    {
        try
        {
            if (runOnStartup)
            {
                await CallAsync();
            }

            while (schedule.NextAfter(time.GetUtcNow()) is { } next)
            {
                await UntilAsync(next);
                await CallAsync();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task UntilAsync(DateTimeOffset next)
    {
        while (next - time.GetUtcNow() is { Ticks: > 0 } left)
        {
            await Task.Delay(left < LongestWait ? left : LongestWait, time, _stop.Token);
        }

        _stop.Token.ThrowIfCancellationRequested();
    }

    private async Task CallAsync()
    {
        try
        {
            await invoke(new TimerInfo(), _stop.Token);
            _faults.Over(name);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (Exception failure)
        {
            // As the Functions host does: a failed call is reported, and the next one comes by the schedule. After the stop was
            // asked for, too: a failure then is no reason to leave the rest running.
            if (_faults.Note(name, failure.Message))
            {
                LogFailed(name, failure.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function} failed and is called again by its schedule: {Reason}")]
    private partial void LogFailed(string function, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function} did not end within {Seconds:0} s of the stop")]
    private partial void LogStillRunning(string function, double seconds);
}
