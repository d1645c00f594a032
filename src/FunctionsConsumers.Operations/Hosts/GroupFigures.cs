using System.Text.Json.Serialization;

namespace FunctionsConsumers.Operations.Hosts;

/// <summary>Whether a group catches up.</summary>
public enum LagTrend
{
    /// <summary>Nobody has looked long enough.</summary>
    Unknown,

    /// <summary>It falls.</summary>
    Falling,

    /// <summary>It stays where it is.</summary>
    Steady,

    /// <summary>It rises.</summary>
    Rising,
}

/// <summary>What a group handled, over all its hosts.</summary>
/// <param name="PerSecond">Records settled a second, in the last 20 to 40 s.</param>
/// <param name="Trend">Whether the lag rose or fell in the last minute.</param>
/// <param name="LastHour">The sums of the last hour.</param>
/// <param name="Today">The sums of the day, UTC.</param>
/// <param name="Hour">The last hour, slot by slot, the oldest first; none left out.</param>
/// <param name="Error">The last thing that went wrong in the last hour; null for nothing.</param>
public sealed record GroupFigures(
    double PerSecond, LagTrend Trend, DayFigures LastHour, DayFigures Today, [property: JsonIgnore] IReadOnlyList<Slot> Hour,
    HostError? Error)
{
    /// <summary>The same hour, a list for each figure.</summary>
    public HourSeries Series => new(
        Hour[0].Number * (long)Slot.Length.TotalSeconds, (int)Slot.Length.TotalSeconds,
        [.. Hour.Select(slot => slot.Settled)], [.. Hour.Select(slot => slot.Duplicates)], [.. Hour.Select(slot => slot.Lag)]);

    /// <summary>
    /// Whether the lag rises and nothing was settled in the last whole minute: what a group that stands still looks like from
    /// outside of its hosts.
    /// </summary>
    [JsonIgnore]
    public bool IsIdle => Trend == LagTrend.Rising && Hour.TakeLast(TrendSlots + 1).All(slot => slot.Settled == 0);

    private const int TrendSlots = 3;

    /// <summary>Sums up a group.</summary>
    /// <param name="group">The consumer group.</param>
    /// <param name="rows">What all processes wrote.</param>
    /// <param name="today">The sums of the day.</param>
    /// <param name="now">The time.</param>
    /// <returns>The figures.</returns>
    public static GroupFigures Of(string group, IReadOnlyList<HostRow> rows, DayFigures today, DateTimeOffset now)
    {
        // Of several who saw the lag in one slot, the one counts that wrote last.
        List<HostRow> own = [.. rows.Where(row => row.Group == group).OrderBy(row => row.SeenAt)];
        var bySlot = own.SelectMany(row => row.Slots).GroupBy(slot => slot.Number)
            .ToDictionary(slots => slots.Key, slots => slots.Aggregate((sum, slot) => sum.With(slot)));
        List<Slot> hour = [.. Slot.Hour(now).Select(number => bySlot.GetValueOrDefault(number) ?? new Slot(number))];

        var inThisSlot = now.ToUnixTimeMilliseconds() / 1000.0 - (hour[^1].Number * Slot.Length.TotalSeconds);
        var perSecond = (hour[^1].Settled + hour[^2].Settled) / (Slot.Length.TotalSeconds + inThisSlot);
        var failed = own.Where(row => row.Error is not null).MaxBy(row => row.Error!.At);
        return new GroupFigures(
            Math.Round(perSecond, 1),
            TrendOf(hour),
            new DayFigures(hour.Sum(slot => slot.Applied), hour.Sum(slot => slot.Duplicates), hour.Sum(slot => slot.DeadLettered),
                hour.Sum(slot => slot.Healed)),
            today,
            hour,
            failed is null ? null : new HostError(failed.Error!.At, failed.Error.Text, failed.Machine, failed.Process));
    }

    private static LagTrend TrendOf(List<Slot> hour)
    {
        List<long> seen = [.. hour.TakeLast(TrendSlots + 2).Select(slot => slot.Lag).OfType<long>()];
        return seen.Count < 2 ? LagTrend.Unknown
            : seen[^1] > seen[0] ? LagTrend.Rising
            : seen[^1] < seen[0] ? LagTrend.Falling
            : LagTrend.Steady;
    }
}

/// <summary>An hour of a group, for charts.</summary>
/// <param name="From">When it begins, in seconds since 1970.</param>
/// <param name="StepSeconds">How long each value's interval is.</param>
/// <param name="Settled">Records settled in each.</param>
/// <param name="Duplicates">Records suppressed in each.</param>
/// <param name="Lag">The lag; null where nobody looked.</param>
public sealed record HourSeries(
    long From, int StepSeconds, IReadOnlyList<long> Settled, IReadOnlyList<long> Duplicates, IReadOnlyList<long?> Lag);

/// <summary>The last thing that went wrong, and where.</summary>
/// <param name="At">When.</param>
/// <param name="Text">What the log said.</param>
/// <param name="Machine">On which machine.</param>
/// <param name="Process">In which process.</param>
public sealed record HostError(DateTimeOffset At, string Text, string Machine, int Process);
