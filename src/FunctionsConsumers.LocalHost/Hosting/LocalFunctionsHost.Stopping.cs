using FunctionsConsumers.EffectivelyOnce.Kafka;
using FunctionsConsumers.LocalHost.Files;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.LocalHost.Hosting;

/// <content>How the host stops, and what it reports to other processes until then.</content>
public sealed partial class LocalFunctionsHost
{
    // Whatever fails on the way, the app is stopped and the report removed: others would take this host for a living one.
    private async Task StopOnceAsync(TimeSpan drain)
    {
        await LoggedAsync("triggers", () => StopTriggersAsync(drain));
        await LoggedAsync("report", RemoveReportAsync);

        // Until here it tells how the stop goes on.
        await LoggedAsync("HTTP functions", () => _http?.DisposeAsync().AsTask() ?? Task.CompletedTask);
        await LoggedAsync("app's services", StopAppAsync);
    }

    private async Task StopTriggersAsync(TimeSpan drain)
    {
        var timersEnded = Task.WhenAll(_timers.Select(timer => timer.StopAsync(drain)));
        var left = await Task.WhenAll(_listeners.Select(listener => listener.StopAsync(drain, LeaveTimeout)));
        if (left.Contains(false))
        {
            LogNotLeft(Kafka.Brokers, LeaveTimeout.TotalSeconds);
        }

        await timersEnded;
        _timers.ForEach(timer => timer.Dispose());
        _listeners.ForEach(listener => listener.Dispose());
        _watch.Dispose();
    }

    private Task RemoveReportAsync()
    {
        lock (_gate)
        {
            _reporting = false;
            new HostReport(Environment.ProcessId, Topic, Kafka.Brokers, []).Remove();
        }

        return Task.CompletedTask;
    }

    private async Task StopAppAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(LeaveTimeout);
            await _app.StopAsync(limit.Token);
        }
        finally
        {
            if (_app is IAsyncDisposable disposable)
            {
                await disposable.DisposeAsync();
            }
        }
    }

    private async Task LoggedAsync(string what, Func<Task> stop)
    {
        try
        {
            await stop();
        }
        catch (Exception failure)
        {
            LogNotStopped(what, failure.Message);
        }
    }

    /// <summary>Partitions have come or gone: what other processes read of this host is written anew.</summary>
    private void Report()
    {
        lock (_gate)
        {
            if (!_reporting)
            {
                return;
            }

            try
            {
                HostReport.RemoveStale(HostReport.Folder);
                new HostReport(Environment.ProcessId, Topic, Kafka.Brokers, [.. _listeners.Select(listener => MemberOf(listener.Member))])
                    .Write();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or LocalHostException)
            {
                LogNoReport(e.Message);
            }
        }
    }

    private static HostMember MemberOf(GroupMember member) =>
        new(member.Group, member.Id, [.. member.Partitions.Select(partition => partition.Partition.Value)]) { ClientId = member.ClientId };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Kafka at {Brokers} did not answer within {Seconds:0} s of the stop: "
        + "the groups were not left, and what was not committed comes again")]
    private partial void LogNotLeft(string brokers, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stop of the {What} failed, and the stop goes on: {Reason}")]
    private partial void LogNotStopped(string what, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The host's report could not be written, so other commands do not see its members: {Reason}")]
    private partial void LogNoReport(string reason);
}
