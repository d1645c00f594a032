namespace FunctionsConsumers.Benchmarks.Measuring;

/// <summary>The page of the benchmarks: each command writes between two marks of its own and leaves everything else as it is.</summary>
internal static class ReportPage
{
    /// <summary>The command whose figures stand in the page's first part.</summary>
    public const string Main = "./bench";

    /// <summary>The command whose figures stand in the section on the peers.</summary>
    public const string Peers = "./bench --peers";

    private const string End = "<!-- up to here. -->";

    /// <summary>Puts a command's figures in the place of those that it wrote before.</summary>
    /// <param name="page">The page.</param>
    /// <param name="command">The command.</param>
    /// <param name="figures">What it measured, as Markdown.</param>
    /// <returns>The page with these figures.</returns>
    /// <exception cref="InvalidDataException">The page has no marks of the command.</exception>
    public static string Put(string page, string command, string figures)
    {
        var begin = $"<!-- Written by {command}: -->";
        var from = page.IndexOf(begin, StringComparison.Ordinal);
        var to = from < 0 ? -1 : page.IndexOf(End, from, StringComparison.Ordinal);

        // The end that is found must be the command's own, and not that of a part further down.
        var other = from < 0 ? -1 : page.IndexOf("<!-- Written by ", from + begin.Length, StringComparison.Ordinal);
        if (to < 0 || (other >= 0 && other < to))
        {
            throw new InvalidDataException($"The page has no lines '{begin}' and '{End}': the figures belong between them.");
        }

        return page[..(from + begin.Length)] + "\n" + figures + page[to..];
    }
}
