using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.Operations.Hosts;

/// <summary>
/// What this process handles, counted from the library's own metrics, and the last warning or error of each group, taken
/// from the log. A provider of loggers, so that it hears what the log hears.
/// </summary>
public sealed class HostTallies : ILoggerProvider
{
    private const string OurCategories = "FunctionsConsumers";

    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, GroupTally> _tallies = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    /// <summary>Begins to listen.</summary>
    /// <param name="groups">The groups that are counted.</param>
    /// <param name="time">The clock.</param>
    public HostTallies(IReadOnlyList<string> groups, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(groups);
        _time = time;
        foreach (var group in groups)
        {
            _tallies[group] = new GroupTally(time);
        }

        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == EffectivelyOnceMetrics.MeterName
                && instrument.Name is "effectively_once.records" or "effectively_once.gaps.healed")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, tags, _) => Counted(instrument.Name, count, tags));
        _listener.Start();
    }

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new Hearing(this, categoryName);

    /// <inheritdoc />
    public void Dispose() => _listener.Dispose();

    /// <summary>The count of each group.</summary>
    internal IReadOnlyDictionary<string, GroupTally> Groups => _tallies;

    private void Counted(string instrument, long count, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Tag(tags, "messaging.consumer.group.name") is not { } group || !_tallies.TryGetValue(group, out var tally))
        {
            return;
        }

        tally.Add((instrument, Tag(tags, "outcome")) switch
        {
            ("effectively_once.gaps.healed", _) => new Slot(0, Healed: count),
            (_, "applied") => new Slot(0, Applied: count),
            (_, "duplicate") => new Slot(0, Duplicates: count),
            _ => new Slot(0, DeadLettered: count),
        });
    }

    private static string? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var (key, value) in tags)
        {
            if (key == name)
            {
                return value as string;
            }
        }

        return null;
    }

    private sealed class Hearing(HostTallies tallies, string category) : ILogger
    {
        private readonly bool _isOurs = category.StartsWith(OurCategories, StringComparison.Ordinal);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => _isOurs && logLevel is >= LogLevel.Warning and < LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            // What is said of no group in particular, as that the broker is away, is said of each.
            var text = formatter(state, exception);
            var group = (state as IReadOnlyList<KeyValuePair<string, object?>>)?.FirstOrDefault(value => value.Key == "Group")
                .Value as string;
            foreach (var (name, tally) in tallies._tallies)
            {
                if (group is null || group == name)
                {
                    tally.Failed(text);
                }
            }
        }
    }
}
