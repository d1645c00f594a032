using System.Buffers;

namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>What a row takes, added up column by column: in a transaction's request, at most, and in the table.</summary>
internal struct RowSize(long request, long entity)
{
    private static readonly SearchValues<char> WrittenAsTheyAre = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c is not ('"' or '\\' or '<' or '>' or '&' or '\'' or '+'
        or '`'))]);

    // Its length in a row, whatever the number or the time.
    private const int SmallBytes = 16;

    // The longest of them in a request, with its quotes.
    private const int SmallText = 40;

    /// <summary>The bytes in a request, at most.</summary>
    public long RequestBytes { get; private set; } = request;

    /// <summary>The bytes of the row.</summary>
    public long EntityBytes { get; private set; } = entity;

    /// <summary>The first of the columns that are too large; else the largest one. Null if there is none.</summary>
    public string? Largest { get; private set; }

    /// <summary>The bytes of that column's value.</summary>
    public long LargestBytes { get; private set; }

    /// <summary>The name with its quotes, and for some types the annotation of the same name.</summary>
    public static long NameBytes(string name) => (2L * name.Length) + 40;

    /// <summary>Adds a text.</summary>
    public void Text(string name, string text) => Add(name, JsonBytes(text), 2L * text.Length);

    /// <summary>Adds a text of plain ASCII.</summary>
    public void PlainText(string name, int length) => Add(name, length, 2L * length);

    /// <summary>Adds a number, a time or a flag.</summary>
    public void Small(string name) => Add(name, SmallText, SmallBytes);

    /// <summary>Adds a column by what its value takes in a request and in the row.</summary>
    public void Add(string name, long requestBytes, long bytes)
    {
        RequestBytes += NameBytes(name) + requestBytes;
        EntityBytes += 8 + (2L * name.Length) + 4 + bytes;
        if (bytes > LargestBytes && LargestBytes <= TransactionLimits.MaxPropertyBytes)
        {
            (Largest, LargestBytes) = (name, bytes);
        }
    }

    // A JSON writer may escape whatever is not plain ASCII, and the characters below, as \uXXXX.
    private static long JsonBytes(string text)
    {
        long bytes = text.Length;
        for (var rest = text.AsSpan(); rest.IndexOfAnyExcept(WrittenAsTheyAre) is var at and >= 0; rest = rest[(at + 1)..])
        {
            bytes += 5;
        }

        return bytes;
    }
}
