using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.Orders.Reading;

/// <summary>Says what a <c>placed_at</c> is that is not read, since much that is not read is ISO 8601 all the same.</summary>
internal static partial class PlacedAtText
{
    private const int DateLength = 10;
    private const int MostOffsetHours = 14;

    /// <summary>Whether a point stands without a digit behind it, which the JSON reader lets through before an offset.</summary>
    public static bool HasBarePoint(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        return point >= 0 && (point + 1 == text.Length || !char.IsAsciiDigit(text[point + 1]));
    }

    /// <summary>Says what a text is that was not read.</summary>
    public static string Fault(string text) =>
        $"The placed_at {JsonText.Quote(text)} {Kind(text)}: write it as 2026-11-21T10:00:00Z, or leave it out.";

    private static string Kind(string text)
    {
        if (Offset().Match(text) is { Success: true } offset && IsTime(text[..offset.Index] + "Z"))
        {
            var hours = int.Parse(offset.Groups["hours"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
            return hours < MostOffsetHours || (hours == MostOffsetHours && offset.Groups["minutes"].Value is "" or "00")
                ? "lies outside the years 0001 to 9999 in UTC"
                : "has an offset of more than 14 hours";
        }

        return text switch
        {
            _ when LeapSecond().IsMatch(text) => "is a leap second, which is not read",
            _ when Hour24().IsMatch(text) => "gives the end of a day as hour 24, which is not read",
            _ when OtherForm().IsMatch(text) => "is ISO 8601 in a form that is not read",
            { Length: > DateLength } when text[DateLength] is ' ' or 't' || text[^1] == 'z' =>
                "is written with a blank or a small letter where ISO 8601 has T and Z",
            _ => "is no ISO 8601 time",
        };
    }

    private static bool IsTime(string text)
    {
        // Only digits and the marks of a time stand in it, so it can stand in a JSON string as it is.
        var json = new Utf8JsonReader(Encoding.ASCII.GetBytes($"\"{text}\""));
        return PlainTime().IsMatch(text) && json.Read() && json.TryGetDateTimeOffset(out _);
    }

    [GeneratedRegex(@"(?<=T.+)[+-](?<hours>[0-9]{2})(:(?<minutes>[0-9]{2}))?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Offset();

    [GeneratedRegex(@"\A[0-9T:.-]+Z\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainTime();

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:60", RegexOptions.CultureInvariant)]
    private static partial Regex LeapSecond();

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T24:00", RegexOptions.CultureInvariant)]
    private static partial Regex Hour24();

    // Basic forms, week and ordinal dates, a month, a year, a signed year, a comma for the fraction, an offset without its colon.
    // Basic forms, week and ordinal dates, a month or a year, a signed year; a comma, an hour alone, an offset without its colon.
    [GeneratedRegex(
        @"\A([0-9]{8}(T[0-9]{2,6}([.,][0-9]+)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?"
        + @"|[0-9]{4}-?W[0-9]{2}(-?[0-9])?(T.*)?|[0-9]{4}-?[0-9]{3}(T.*)?"
        + @"|[0-9]{4}(-[0-9]{2})?|[+-][0-9]{4,6}-[0-9]{2}-[0-9]{2}(T.*)?"
        + @"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}(:[0-9]{2}(:[0-9]{2})?)?,[0-9]+(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
        + @"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
        + @"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?[+-][0-9]{4})\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex OtherForm();
}
