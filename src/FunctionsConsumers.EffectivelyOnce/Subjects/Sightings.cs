using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Subjects;

/// <summary>
/// The places in the log where a subject was seen again, as the text of a column: <c>topic:partition:offset</c> for the
/// highest offset of each topic partition, separated by commas. The text has a bound. A subject that was seen in more topic
/// partitions than fit has one place that no log start ever passes, and its row is kept for good.
/// </summary>
internal static class Sightings
{
    /// <summary>The longest text, in characters: a hundred rows of it fit one transaction.</summary>
    public const int MaxLength = 4000;

    // Of the form of a place, and of no topic's name: a host that does not know it finds no log start for it.
    private static readonly Coordinates More = new("*", 0, long.MaxValue);

    /// <summary>Adds a record to the places.</summary>
    public static string Add(string? text, Coordinates seen)
    {
        // What another version wrote in another way may be any place at all.
        if (TryRead(text) is not { } before || before.Contains(More))
        {
            return More.ToString();
        }

        var after = string.Join(',', Highest(before.Append(seen)));
        return after.Length <= MaxLength ? after : More.ToString();
    }

    /// <summary>
    /// The highest offset of each topic partition. Returns one place for each topic partition, in the order of their first sight.
    /// </summary>
    public static IReadOnlyList<Coordinates> Highest(IEnumerable<Coordinates> places) =>
        [.. places.GroupBy(place => (place.Topic, place.Partition)).Select(partition => partition.MaxBy(place => place.Offset))];

    /// <summary>
    /// Whether the places say that a row is to be kept for as long as a record is in the topic: the record stands at or below one of
    /// them, and the log's start passes offsets in order.
    /// </summary>
    public static bool Cover(string? text, Coordinates seen) => TryRead(text) is { } places
        && places.Exists(
            place => place == More || (place.Topic == seen.Topic && place.Partition == seen.Partition && place.Offset >= seen.Offset));

    /// <summary>Reads the places. Null if the text is no list of coordinates.</summary>
    public static List<Coordinates>? TryRead(string? text)
    {
        List<Coordinates> places = [];
        foreach (var place in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            // A topic's name has no colon: letters, digits, '.', '_' and '-'.
            var parts = place.Split(':');
            if (parts.Length != 3
                || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
                || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
            {
                return null;
            }

            places.Add(new Coordinates(parts[0], partition, offset));
        }

        return places;
    }
}
