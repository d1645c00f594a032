using Azure;
using FunctionsConsumers.EffectivelyOnce.Health;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.Operations.Hosts;

/// <summary>
/// Writes what this process counts, every 5 s where something was counted and every 20 s where nothing was. What is not written now
/// is written the next time, since each row holds all of it.
/// </summary>
internal sealed partial class HostReporter(
    HostTallies tallies, HostRows rows, GroupWatch watch, TimeProvider time, ILogger<HostReporter> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LastWrite = TimeSpan.FromSeconds(3);

    // Two hosts of one process count the same, and are one here.
    private static readonly string Life = Guid.NewGuid().ToString("N");
    private static readonly DateTimeOffset StartedAt = TimeProvider.System.GetUtcNow();

    private readonly ILogger _logger = logger;
    private DateTimeOffset _written = DateTimeOffset.MinValue;
    private DateTimeOffset _forgotten = DateTimeOffset.MinValue;
    private long _version = -1;
    private string? _failure;

    /// <summary>Writes where it is time to.</summary>
    internal async Task ReportAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var (group, tally) in tallies.Groups)
        {
            if (watch.Of(group)?.Reading is { } reading)
            {
                tally.LagSeen(reading.At, reading.Lag);
            }
        }

        var version = tallies.Groups.Values.Sum(tally => tally.Version);
        if (version == _version && now - _written < AtLeast)
        {
            return;
        }

        await WriteAsync(now, cancellationToken);
        (_version, _written) = (version, now);
        if (now - _forgotten >= ForgetEvery)
        {
            _forgotten = now;
            await rows.ForgetAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var soon = new CancellationTokenSource(LastWrite, time);
        await ContainedAsync(() => WriteAsync(time.GetUtcNow(), soon.Token));
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Interval, time);
            do
            {
                await ContainedAsync(() => ReportAsync(stoppingToken));
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task WriteAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hosts = new List<HostRow>();
        var days = new List<(string Life, string Group, DateOnly Day, DayFigures Sum)>();
        foreach (var (group, tally) in tallies.Groups)
        {
            var (slots, sums, error) = tally.Read();
            hosts.Add(new HostRow(Life, Environment.MachineName, Environment.ProcessId, StartedAt, now, group, slots, error));
            days.AddRange(sums.Select(sum => (Life, group, sum.Key, sum.Value)));
        }

        await rows.WriteAsync(hosts, days, cancellationToken);
    }

    // Figures for a page end nobody's work: a failure is said once, until another comes or it is over.
    private async Task ContainedAsync(Func<Task> work)
    {
        try
        {
            await work();
            _failure = null;
        }
        catch (Exception failure) when (failure is RequestFailedException or AggregateException or OperationCanceledException
            or IOException or HttpRequestException)
        {
            if (_failure != failure.Message)
            {
                _failure = failure.Message;
                LogNotWritten(failure.Message.Split('\n', 2)[0]);
            }
        }
    }

    [LoggerMessage(
        110, LogLevel.Information, "The figures of this host for the status page could not be written and are written again: {Reason}")]
    private partial void LogNotWritten(string reason);
}
