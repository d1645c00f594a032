using System.Collections.Concurrent;

namespace FunctionsConsumers.EffectivelyOnce.Telemetry;

/// <summary>The last reading of each of many things, each for as long as it may be taken for the present one.</summary>
internal sealed class Readings<TKey, TValue>(TimeSpan holds, TimeProvider time)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, (TValue Value, long At)> _last = new();

    /// <summary>Notes a reading in the place of the one before.</summary>
    public void Set(TKey key, TValue value) => _last[key] = (value, time.GetTimestamp());

    /// <summary>The readings that hold; the others are forgotten.</summary>
    public List<(TKey Key, TValue Value)> Current()
    {
        var current = new List<(TKey Key, TValue Value)>();
        foreach (var one in _last)
        {
            if (time.GetElapsedTime(one.Value.At) <= holds)
            {
                current.Add((one.Key, one.Value.Value));
            }
            else
            {
                _last.TryRemove(one);
            }
        }

        return current;
    }
}
