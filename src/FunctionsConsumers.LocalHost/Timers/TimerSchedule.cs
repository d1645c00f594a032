using NCrontab;

namespace FunctionsConsumers.LocalHost.Timers;

/// <summary>When a timer function is due: six fields, seconds first, in UTC, as the Functions host reads them with NCRONTAB too.</summary>
internal sealed class TimerSchedule
{
    private static readonly CrontabSchedule.ParseOptions WithSeconds = new() { IncludingSeconds = true };

    private readonly CrontabSchedule _schedule;

    private TimerSchedule(CrontabSchedule schedule) => _schedule = schedule;

    /// <summary>Reads a schedule.</summary>
    /// <exception cref="FormatException">The text is no schedule; the message says what is wrong with it.</exception>
    public static TimerSchedule Parse(string text) => CrontabSchedule.TryParse(
        text, WithSeconds, schedule => new TimerSchedule(schedule), error => throw new FormatException($"'{text}': {error().Message}"));

    /// <summary>The first instant after another; null where there is none within eight years, as for 30 February.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset after)
    {
        // Leap days are at most eight years apart, so what does not come by then never comes.
        var last = after.UtcDateTime.AddYears(8);
        var next = _schedule.GetNextOccurrence(after.UtcDateTime, last);
        return next < last ? new DateTimeOffset(next, TimeSpan.Zero) : null;
    }
}
