namespace FunctionsConsumers.Audit.Spilling;

/// <summary>
/// Gives texts that come again and again a number: products, buckets, topics, currencies. Bounded, since a topic may be full of
/// products that nobody knows.
/// </summary>
internal sealed class KnownTexts
{
    private const int Most = 4_096;
    private const int Longest = 256;

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];

    /// <summary>The number of a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The number, from 0; -1 where the text has to be written out.</returns>
    public int NumberOf(string text)
    {
        if (_numbers.TryGetValue(text, out var number))
        {
            return number;
        }

        if (_texts.Count >= Most || text.Length > Longest)
        {
            return -1;
        }

        _texts.Add(text);
        _numbers[text] = _texts.Count - 1;
        return _texts.Count - 1;
    }

    /// <summary>The text of a number.</summary>
    /// <param name="number">The number.</param>
    /// <returns>The text.</returns>
    public string this[int number] => _texts[number];
}
