namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>Text in lines of a terminal's width, broken between words alone: an id that is wider stays whole, to be copied.</summary>
internal static class FoldedText
{
    private const int Indent = 2;

    /// <summary>Folds a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">How much fits into a line; null for as much as there is.</param>
    /// <returns>The lines; those that go on with one are indented.</returns>
    public static IEnumerable<string> Lines(string text, int? width)
    {
        if (width is not { } room || text.Length <= room)
        {
            yield return text;
            yield break;
        }

        var begins = text.Length - text.TrimStart(' ').Length;
        var line = text[..begins];
        var next = new string(' ', begins + Indent);
        foreach (var word in text[begins..].TrimEnd().Split(' '))
        {
            var isFirst = string.IsNullOrWhiteSpace(line);
            if (!isFirst && line.Length + 1 + word.Length > room)
            {
                yield return line;
                line = next + word;
            }
            else
            {
                line = isFirst ? line + word : line + " " + word;
            }
        }

        yield return line;
    }
}
