using System.Text;

namespace FunctionsConsumers.Audit.Orders;

/// <summary>Reads a time of the commonest spelling, 2026-11-28T04:00:00Z, by itself, and hands every other one on.</summary>
internal static class PlainTime
{
    private const string Form = "dddd-dd-ddTdd:dd:ddZ";

    /// <summary>Reads a time.</summary>
    /// <param name="text">The text, ASCII.</param>
    /// <returns>The instant in UTC; null where the text is no time.</returns>
    public static DateTime? Read(ReadOnlySpan<byte> text)
    {
        if (!IsPlain(text))
        {
            return OrderTime.Read(Encoding.ASCII.GetString(text));
        }

        var (year, month, day) = ((100 * Pair(text, 0)) + Pair(text, 2), Pair(text, 5), Pair(text, 8));
        var (hour, minute, second) = (Pair(text, 11), Pair(text, 14), Pair(text, 17));
        return year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59
            || second > 59
            ? null
            : new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc);
    }

    private static int Pair(ReadOnlySpan<byte> text, int at) => (10 * (text[at] - '0')) + (text[at + 1] - '0');

    private static bool IsPlain(ReadOnlySpan<byte> text)
    {
        if (text.Length != Form.Length)
        {
            return false;
        }

        for (var at = 0; at < text.Length; at++)
        {
            if (Form[at] == 'd' ? !char.IsAsciiDigit((char)text[at]) : text[at] != Form[at])
            {
                return false;
            }
        }

        return true;
    }
}
