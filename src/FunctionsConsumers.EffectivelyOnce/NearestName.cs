namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>Finds the name that was probably meant by one that nobody knows.</summary>
internal static class NearestName
{
    private const int ShortestBeginning = 4;

    /// <summary>
    /// The nearest of some names, whatever their case. Null if none is near: where more than a third of it would have to be
    /// written anew, and it is no beginning of one.
    /// </summary>
    public static string? Of(string unknown, IEnumerable<string> known)
    {
        List<string> names = [.. known];
        return Of(unknown, names, Math.Max(2, unknown.Length / 3))
            ?? names.Find(name => unknown.Length >= ShortestBeginning && name.StartsWith(unknown, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The nearest of some names within a distance. Null if none is so near.</summary>
    public static string? Of(string unknown, IEnumerable<string> known, int most) => known
        .Select(name => (Name: name, Distance: Distance(unknown.ToUpperInvariant(), name.ToUpperInvariant())))
        .Where(one => one.Distance <= most && one.Distance < one.Name.Length)
        .OrderBy(one => one.Distance)
        .Select(one => one.Name)
        .FirstOrDefault();

    // Levenshtein's: how many characters to insert, to delete or to replace.
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 0; i < one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i + 1;
            for (var j = 0; j < other.Length; j++)
            {
                (diagonal, row[j + 1]) = (row[j + 1], Math.Min(Math.Min(row[j], row[j + 1]) + 1, diagonal + (one[i] == other[j] ? 0 : 1)));
            }
        }

        return row[^1];
    }
}
