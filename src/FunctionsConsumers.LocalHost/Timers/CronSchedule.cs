using System.Globalization;

namespace FunctionsConsumers.LocalHost.Timers;

/// <summary>
/// A schedule of six fields as timer triggers write it (NCRONTAB: second, minute, hour, day of month, month, day of week),
/// in UTC. Fields: <c>*</c>, numbers, <c>a-b</c>, <c>/n</c> steps, lists; no names of months or days. No package for it is on
/// every feed, and the host needs no more than this.
/// </summary>
internal sealed class CronSchedule
{
    private static readonly (string Name, int Least, int Most)[] Fields =
        [("second", 0, 59), ("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 6)];

    private readonly bool[][] _allowed;

    private CronSchedule(bool[][] allowed) => _allowed = allowed;

    /// <summary>Reads a schedule.</summary>
    /// <param name="text">Six fields separated by blanks.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="FormatException">A field is malformed or out of range; the message names it.</exception>
    public static CronSchedule Parse(string text)
    {
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (fields.Length != Fields.Length)
        {
            throw new FormatException($"'{text}' has {fields.Length} fields: a schedule has six, second minute hour day month weekday.");
        }

        return new CronSchedule([.. fields.Select((field, index) => Allowed(field, Fields[index]))]);
    }

    /// <summary>The first instant of the schedule after another.</summary>
    /// <param name="after">The other instant.</param>
    /// <returns>The instant, in whole seconds; null where the schedule has none within four years, as for 30 February.</returns>
    public DateTimeOffset? NextAfter(DateTimeOffset after)
    {
        var next = new DateTimeOffset(after.UtcDateTime.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero).AddSeconds(1);
        var last = next.AddYears(4);
        while (next <= last)
        {
            if (!_allowed[4][next.Month])
            {
                next = new DateTimeOffset(next.Year, next.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1);
            }
            else if (!_allowed[3][next.Day] || !_allowed[5][(int)next.DayOfWeek])
            {
                next = new DateTimeOffset(next.Date, TimeSpan.Zero).AddDays(1);
            }
            else if (!_allowed[2][next.Hour])
            {
                next = new DateTimeOffset(next.Date, TimeSpan.Zero).AddHours(next.Hour + 1);
            }
            else if (!_allowed[1][next.Minute])
            {
                next = next.AddSeconds(-next.Second).AddMinutes(1);
            }
            else if (!_allowed[0][next.Second])
            {
                next = next.AddSeconds(1);
            }
            else
            {
                return next;
            }
        }

        return null;
    }

    private static bool[] Allowed(string field, (string Name, int Least, int Most) range)
    {
        var allowed = new bool[range.Most + 1];
        foreach (var part in field.Split(','))
        {
            var slash = part.Split('/');
            var step = 1;
            var ok = slash.Length == 1
                || (slash.Length == 2 && int.TryParse(slash[1], NumberStyles.None, CultureInfo.InvariantCulture, out step) && step > 0);
            var (from, to) = (range.Least, range.Most);
            if (slash[0] != "*")
            {
                var ends = slash[0].Split('-');
                ok &= ends.Length <= 2
                    && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out from)
                    && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out to);
                to = ok && ends.Length == 1 && slash.Length == 2 ? range.Most : to;
            }

            if (!ok || from < range.Least || to > range.Most || from > to)
            {
                throw new FormatException($"'{part}' is no {range.Name}: give *, a number from {range.Least} to {range.Most}, a range a-b, or a step such as */5.");
            }

            for (var value = from; value <= to; value += step)
            {
                allowed[value] = true;
            }
        }

        return allowed;
    }
}
