using System.Text;

namespace FunctionsConsumers.Audit.Orders;

/// <summary>One string for each of the few texts that come in all orders: products and currencies. Bounded.</summary>
internal sealed class SharedTexts
{
    private const int Most = 4_096;
    private const int Longest = 128;

    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);

    /// <summary>The string of some characters.</summary>
    /// <param name="ascii">The characters.</param>
    /// <param name="text">The string.</param>
    /// <returns>Whether the characters are few enough for it.</returns>
    public bool TryShare(ReadOnlySpan<byte> ascii, out string? text)
    {
        text = null;
        if (ascii.Length > Longest)
        {
            return false;
        }

        Span<char> characters = stackalloc char[Longest];
        Encoding.ASCII.GetChars(ascii, characters);
        var found = characters[..ascii.Length];
        var known = _texts.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!known.TryGetValue(found, out text))
        {
            text = found.ToString();
            if (_texts.Count < Most)
            {
                _texts.Add(text);
            }
        }

        return true;
    }
}
