using System.Globalization;
using System.Text.RegularExpressions;

namespace FunctionsConsumers.Audit.Orders;

/// <summary>
/// Reads <c>placed_at</c> with the audit's own rules (docs/orders.md): a date, or a date with a time, UTC where it names no
/// offset.
/// </summary>
internal static partial class OrderTime
{
    private const int MostOffsetMinutes = 14 * 60;
    private const int CountedDigits = 7;

    /// <summary>Reads a time.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The instant in UTC, to 100 ns; null where the text is no such time, or its instant is outside the years 1 to
    /// 9999.</returns>
    public static DateTime? Read(string text)
    {
        if (Form().Match(text) is not { Success: true } match)
        {
            return null;
        }

        int Part(string name) =>
            match.Groups[name] is { Success: true } group
                ? int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)
                : 0;
        var (year, month, day, hour, minute, second) = (Part("year"), Part("month"), Part("day"), Part("hour"), Part("minute"),
            Part("second"));
        var offset = (Part("offsetHour") * 60) + Part("offsetMinute");
        var west = match.Groups["sign"].Value == "-";
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59
            || second > 59
            || Part("offsetMinute") > 59 || offset > MostOffsetMinutes)
        {
            return null;
        }

        // Digits behind the seventh are below what an instant holds.
        var fraction = match.Groups["fraction"].Value.PadRight(CountedDigits, '0')[..CountedDigits];
        var local = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks + int.Parse(
            fraction, CultureInfo.InvariantCulture);
        var instant = local - (TimeSpan.TicksPerMinute * (west ? -offset : offset));
        return instant >= 0 && instant <= DateTime.MaxValue.Ticks ? new DateTime(instant, DateTimeKind.Utc) : null;
    }

    [GeneratedRegex(
        @"\A(?<year>[0-9]{4})-(?<month>[0-9]{2})-(?<day>[0-9]{2})"
            + @"(T(?<hour>[0-9]{2}):(?<minute>[0-9]{2})(:(?<second>[0-9]{2})(\.(?<fraction>[0-9]{1,16}))?)?"
            + @"(Z|(?<sign>[+-])(?<offsetHour>[0-9]{2})(:(?<offsetMinute>[0-9]{2}))?)?)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
