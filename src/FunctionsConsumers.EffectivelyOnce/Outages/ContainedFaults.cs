using System.Collections.Concurrent;

namespace FunctionsConsumers.EffectivelyOnce.Outages;

/// <summary>
/// Faults of work that goes on without what failed: a row, a bucket, a round. Each is reported once, until it is over or
/// becomes another, and every one is counted.
/// </summary>
internal sealed class ContainedFaults
{
    // Past this many places at fault, the log says no more of new ones.
    private const int MostPlaces = 1000;

    private readonly ConcurrentDictionary<string, string> _reported = new(StringComparer.Ordinal);
    private long _count;

    /// <summary>How many there were.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Counts a fault. <paramref name="place" /> is what failed: a row key, a bucket, a loop.</summary>
    public bool Note(string place, string reason)
    {
        Interlocked.Increment(ref _count);
        if (_reported.TryGetValue(place, out var before))
        {
            _reported[place] = reason;
            return !string.Equals(before, reason, StringComparison.Ordinal);
        }

        return _reported.Count < MostPlaces && _reported.TryAdd(place, reason);
    }

    /// <summary>The place is well again: its next fault is a new one.</summary>
    public void Over(string place) => _reported.TryRemove(place, out _);
}
