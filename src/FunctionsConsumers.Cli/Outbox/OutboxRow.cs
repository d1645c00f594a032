using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Outbox;

namespace FunctionsConsumers.Cli.Outbox;

/// <summary>A message as <c>fc outbox list</c> prints it.</summary>
/// <param name="Group">The group.</param>
/// <param name="Id">The message's id.</param>
/// <param name="Kind">The kind of message.</param>
/// <param name="State"><c>waiting</c>, <c>claimed</c> or <c>parked</c>.</param>
/// <param name="Subject">The order's id; the coordinates for a dead letter.</param>
/// <param name="CreatedAt">When it was planned, UTC.</param>
/// <param name="AgeSeconds">How long ago that was, in whole seconds.</param>
/// <param name="Detail">Why it waits or is parked; null where it was never tried.</param>
internal sealed record OutboxRow(
    string Group, string Id, string Kind, string State, string Subject, DateTimeOffset CreatedAt, long AgeSeconds, string? Detail)
{
    /// <summary>Makes it of what the library read.</summary>
    public static OutboxRow Of(OutboxEntry entry, DateTimeOffset now) => new(
        entry.Group, entry.Id, entry.Kind, entry.State, entry.Subject, entry.CreatedAt,
        Math.Max(0, (long)(now - entry.CreatedAt).TotalSeconds), entry.Detail);

    /// <summary>An age for a person.</summary>
    public static string Age(long seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{seconds / Unit(seconds).Seconds} {Unit(seconds).Name}");

    private static (long Seconds, string Name) Unit(long seconds) => seconds switch
    {
        < 2 * 60 => (1, "s"),
        < 2 * 3600 => (60, "min"),
        < 2 * 86_400 => (3600, "h"),
        _ => (86_400, "d"),
    };
}
