using System.Globalization;
using System.Text;

namespace FunctionsConsumers.EffectivelyOnce.Progress;

/// <summary>
/// A set of offsets as intervals. The invariant: the intervals are sorted, disjoint, and no two touch, so that a
/// partition without gaps is one interval however long it is.
/// </summary>
internal sealed class OffsetIntervals
{
    private readonly List<(long From, long To)> _intervals = [];

    /// <summary>The intervals in order; <c>To</c> is the first offset that is not in it.</summary>
    public IReadOnlyList<(long From, long To)> Intervals => _intervals;

    /// <summary>The first offset above every offset of the set; 0 for an empty set.</summary>
    public long End => _intervals.Count == 0 ? 0 : _intervals[^1].To;

    /// <summary>Reads a set from its text.</summary>
    /// <exception cref="FormatException">The text is no list of intervals.</exception>
    public static OffsetIntervals Parse(string? text)
    {
        var set = new OffsetIntervals();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            if (dash <= 0
                || !long.TryParse(part.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var from)
                || !long.TryParse(part.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var to)
                || to <= from)
            {
                throw new FormatException($"'{part}' is no interval of offsets, from-to.");
            }

            set.Add(from, to);
        }

        return set;
    }

    /// <summary>Adds the offsets from <paramref name="from" /> up to, not including, <paramref name="to" />.</summary>
    public void Add(long from, long to)
    {
        if (to <= from)
        {
            return;
        }

        // The first interval that ends at or above the new one's beginning: it and those after it may touch the new one.
        var first = LowerBound(from);
        var last = first;
        while (last < _intervals.Count && _intervals[last].From <= to)
        {
            from = Math.Min(from, _intervals[last].From);
            to = Math.Max(to, _intervals[last].To);
            last++;
        }

        _intervals.RemoveRange(first, last - first);
        _intervals.Insert(first, (from, to));
    }

    /// <summary>Adds every offset of another set.</summary>
    public void Add(OffsetIntervals other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var (from, to) in other._intervals)
        {
            Add(from, to);
        }
    }

    /// <summary>Empties the set.</summary>
    public void Clear() => _intervals.Clear();

    /// <summary>Whether an offset is in the set.</summary>
    public bool Contains(long offset) =>
        LowerBound(offset + 1) is var index && index < _intervals.Count && _intervals[index].From <= offset;

    /// <summary>The offsets from <paramref name="from" /> up to <paramref name="to" /> that are not in the set.</summary>
    public IReadOnlyList<(long From, long To)> Missing(long from, long to)
    {
        List<(long From, long To)> missing = [];
        foreach (var (start, end) in _intervals)
        {
            if (from >= to || start >= to)
            {
                break;
            }

            if (start > from)
            {
                missing.Add((from, start));
            }

            from = Math.Max(from, end);
        }

        if (from < to)
        {
            missing.Add((from, to));
        }

        return missing;
    }

    /// <summary>The set as text, <c>from-to</c> separated by commas.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (from, to) in _intervals)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{from}-{to}");
        }

        return text.ToString();
    }

    // The index of the first interval whose end is at or above the offset.
    private int LowerBound(long offset)
    {
        int low = 0, high = _intervals.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_intervals[middle].To < offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
