using System.Collections.Concurrent;
using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Health;

/// <summary>
/// Looks every 20 s at each group as the broker and the tables see it, all its hosts together, and keeps what it saw: a health check
/// answers from that at once, however long the services take.
/// </summary>
internal sealed partial class GroupWatch(
    IEnumerable<WatchedGroup> groups, IGroupLog log, Func<string, CancellationToken, Task> probe, TimeProvider time,
    ILogger<GroupWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = logger;
    private readonly List<WatchedGroup> _groups = [.. groups];
    private readonly ConcurrentDictionary<string, GroupCondition> _conditions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, List<GroupReading>> _readings = new(StringComparer.Ordinal);

    /// <summary>How long between two looks.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(20);

    /// <summary>The groups, in the order of their registration.</summary>
    public IReadOnlyList<WatchedGroup> Groups => _groups;

    /// <summary>What is known of a group. Null before the first.</summary>
    public GroupCondition? Of(string group) => _conditions.GetValueOrDefault(group);

    /// <summary>Looks at every group once.</summary>
    internal Task LookAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_groups.Select(group => LookAsync(group, cancellationToken)));

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Interval, time);
            do
            {
                await LookAsync(stoppingToken).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task LookAsync(WatchedGroup group, CancellationToken cancellationToken)
    {
        GroupReading? reading = null;
        var broker = FailureOfAsync(
            "Kafka", async stop => reading = await ReadAsync(group, stop).ConfigureAwait(false), cancellationToken);
        var tables = FailureOfAsync("the table service", stop => probe(group.Name, stop), cancellationToken);
        await Task.WhenAll(broker, tables).ConfigureAwait(false);

        var readings = _readings.GetOrAdd(group.Name, _ => []);
        if (reading is null)
        {
            // Readings on both sides of a hole are no interval.
            readings.Clear();
        }
        else
        {
            readings.Add(reading);
            readings.RemoveRange(0, Math.Max(0, readings.Count - GroupSilence.Intervals - 1));
        }

        var isSilent = GroupSilence.IsSilent(readings);
        var was = _conditions.GetValueOrDefault(group.Name)?.IsSilent == true;
        _conditions[group.Name] = new GroupCondition(
            time.GetUtcNow(), reading, await broker.ConfigureAwait(false), await tables.ConfigureAwait(false), isSilent);
        if (isSilent && !was)
        {
            LogSilent(group.Name, GroupSilence.Intervals * Interval.TotalSeconds, reading!.Lag);
        }
        else if (was && !isSilent && reading is not null)
        {
            LogSilentNoMore(group.Name, reading.Lag);
        }
    }

    private async Task<GroupReading> ReadAsync(WatchedGroup group, CancellationToken cancellationToken)
    {
        var partitions = new List<TopicPosition>();
        foreach (var topic in group.Topics)
        {
            var positions = await log.PositionsAsync(topic, group.Name, cancellationToken).ConfigureAwait(false);
            partitions.AddRange(positions.Select(position => new TopicPosition(topic, position)));
        }

        return new GroupReading(time.GetUtcNow(), partitions);
    }

    // Any failure is an answer here: the services' clients throw many kinds.
    private async Task<string?> FailureOfAsync(string service, Func<CancellationToken, Task> ask, CancellationToken cancellationToken)
    {
        try
        {
            await ask(cancellationToken).WaitAsync(Patience, time, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (TimeoutException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{service} gave no answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return $"{service}: {failure.Message}";
        }
    }

    [LoggerMessage(48, LogLevel.Error, "{Group} has handled nothing for {Seconds:0} s while its lag rose to {Lag} records")]
    private partial void LogSilent(string group, double seconds, long lag);

    [LoggerMessage(49, LogLevel.Information, "{Group} handles records again, {Lag} to go")]
    private partial void LogSilentNoMore(string group, long lag);
}
