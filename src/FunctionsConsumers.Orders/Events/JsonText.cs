using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FunctionsConsumers.Orders.Events;

/// <summary>
/// Strings out of JSON tokens, for input that may be hostile. The reader's own <c>GetString</c> throws where an escape
/// is half of a surrogate pair; here it comes out as it is written, and the caller decides.
/// </summary>
internal static class JsonText
{
    private const int StackLimit = 256;

    /// <summary>The string of a string or a property name, unpaired surrogates included.</summary>
    public static string Read(ref readonly Utf8JsonReader json) =>
        json.ValueIsEscaped ? Unescape(json.ValueSpan) : Encoding.UTF8.GetString(json.ValueSpan);

    /// <summary>Whether the token's string is longer than a number of UTF-16 code units; allocates nothing.</summary>
    public static bool IsLongerThan(ref readonly Utf8JsonReader json, int limit)
    {
        // A code unit takes at least one byte.
        var text = json.ValueSpan;
        if (text.Length <= limit)
        {
            return false;
        }

        var length = 0;
        while (!text.IsEmpty && length <= limit)
        {
            var plain = text.IndexOf((byte)'\\') is var escape and >= 0 ? escape : text.Length;
            length += Encoding.UTF8.GetCharCount(text[..plain]);
            text = text[plain..];
            if (!text.IsEmpty)
            {
                length++;
                text = text[(text[1] == (byte)'u' ? 6 : 2)..];
            }
        }

        return length > limit;
    }

    /// <summary>Whether a string holds half of a surrogate pair, which no UTF-8 can spell.</summary>
    public static bool HasUnpairedSurrogate(string text)
    {
        for (var i = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a string holds a control character (U+0000 to U+001F, U+007F to U+009F).</summary>
    public static bool HasControl(string text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A string in quotes for a sentence: cut where it is long, with what would not print escaped.</summary>
    public static string Quote(string text)
    {
        const int longest = 60;
        var quoted = new StringBuilder("'");
        foreach (var rune in text.AsSpan(0, Math.Min(text.Length, longest)).EnumerateRunes())
        {
            if (Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator)
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            }
            else
            {
                quoted.Append(rune);
            }
        }

        return quoted.Append(text.Length > longest ? "…'" : "'").ToString();
    }

    private static string Unescape(ReadOnlySpan<byte> text)
    {
        char[]? rented = null;
        var chars = text.Length <= StackLimit ? stackalloc char[StackLimit] : (rented = ArrayPool<char>.Shared.Rent(text.Length));
        var length = 0;
        while (!text.IsEmpty)
        {
            var plain = text.IndexOf((byte)'\\') is var escape and >= 0 ? escape : text.Length;
            length += Encoding.UTF8.GetChars(text[..plain], chars[length..]);
            text = text[plain..];
            if (text.IsEmpty)
            {
                break;
            }

            chars[length++] = Escaped(text);
            text = text[(text[1] == (byte)'u' ? 6 : 2)..];
        }

        var result = new string(chars[..length]);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return result;
    }

    // The reader has checked that an escape is one of these and complete.
    private static char Escaped(ReadOnlySpan<byte> escape) => escape[1] switch
    {
        (byte)'u' => (char)ushort.Parse(escape[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
        (byte)'n' => '\n',
        (byte)'t' => '\t',
        (byte)'r' => '\r',
        (byte)'b' => '\b',
        (byte)'f' => '\f',
        var itself => (char)itself,
    };
}
