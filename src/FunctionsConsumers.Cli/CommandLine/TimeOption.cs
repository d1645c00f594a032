using System.CommandLine;
using System.Globalization;

namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>
/// Options that take a time: ISO 8601, UTC where it names no zone, or how long ago: <c>90s</c>, <c>15m</c>, <c>2h</c>, <c>3d</c>.
/// </summary>
internal static class TimeOption
{
    /// <summary>An option that takes a time. Its value is null if it is not given.</summary>
    public static Option<DateTimeOffset?> Create(string name, string description) => new(name)
    {
        Description = description + " (2026-11-21T10:00:00Z, or how long ago: 15m, 2h, 3d)",
        HelpName = "time",
        CustomParser = result =>
        {
            if (Parse(result.Tokens[0].Value, TimeProvider.System.GetUtcNow()) is { } time)
            {
                return time;
            }

            result.AddError($"{name} takes a time such as 2026-11-21T10:00:00Z, or how long ago, such as 15m, 2h or 3d, "
                + $"not '{result.Tokens[0].Value}'");
            return null;
        },
    };

    /// <summary>Reads a time. Null if the text is none.</summary>
    public static DateTimeOffset? Parse(string text, DateTimeOffset now)
    {
        var unit = text.Length < 2 ? TimeSpan.Zero : text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => TimeSpan.Zero,
        };
        if (unit > TimeSpan.Zero && int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return count <= 36_500 * (TimeSpan.FromDays(1) / unit) ? now - (count * unit) : null;
        }

        // A number alone would be read as an hour or a year.
        return text.Contains('-', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
                ? time
                : null;
    }
}
