using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Subjects;

/// <summary>
/// The places in the log where a subject was seen again, as the text of a column: <c>topic:partition:offset</c> for the
/// highest offset of each topic partition, separated by commas.
/// </summary>
internal static class Sightings
{
    /// <summary>Adds a record to the places.</summary>
    /// <param name="text">The column's text; null for none.</param>
    /// <param name="seen">Where the subject was seen again.</param>
    /// <returns>The column's new text.</returns>
    public static string Add(string? text, Coordinates seen)
    {
        var places = Read(text).Where(place => (place.Topic, place.Partition) != (seen.Topic, seen.Partition) || place.Offset > seen.Offset).ToList();
        if (!places.Exists(place => (place.Topic, place.Partition) == (seen.Topic, seen.Partition)))
        {
            places.Add(seen);
        }

        return string.Join(',', places);
    }

    /// <summary>Reads the places.</summary>
    /// <param name="text">The column's text; null for none.</param>
    /// <returns>One place for each topic partition.</returns>
    /// <exception cref="FormatException">The text is no list of coordinates.</exception>
    public static IEnumerable<Coordinates> Read(string? text) => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(place =>
    {
        // A topic's name has no colon: letters, digits, '.', '_' and '-'.
        var parts = place.Split(':');
        return parts.Length == 3
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? new Coordinates(parts[0], partition, offset)
            : throw new FormatException($"'{place}' are no coordinates, topic:partition:offset.");
    });
}
