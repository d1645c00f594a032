using System.Buffers;
using System.Text;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>
/// Texts as .NET holds them: they may have unpaired surrogates, which no UTF-8 has. An encoder replaces each by U+FFFD, and
/// so makes different texts equal.
/// </summary>
internal static class Utf16
{
    /// <summary>Whether a text has no unpaired surrogate.</summary>
    public static bool IsWellFormed(string text)
    {
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var length) != OperationStatus.Done)
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }

    /// <summary>
    /// The bytes of a text, different for different texts: UTF-8, and for an unpaired surrogate the three bytes that UTF-8's rule
    /// would give it and that no UTF-8 text has.
    /// </summary>
    public static int Write(string text, Span<byte> bytes)
    {
        if (Ascii.IsValid(text) || IsWellFormed(text))
        {
            return Encoding.UTF8.GetBytes(text, bytes);
        }

        var written = 0;
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var length) == OperationStatus.Done)
            {
                written += rune.EncodeToUtf8(bytes[written..]);
            }
            else
            {
                var unit = rest[0];
                bytes[written++] = (byte)(0xE0 | (unit >> 12));
                bytes[written++] = (byte)(0x80 | ((unit >> 6) & 0x3F));
                bytes[written++] = (byte)(0x80 | (unit & 0x3F));
                length = 1;
            }

            rest = rest[length..];
        }

        return written;
    }

    /// <summary>The most bytes that <see cref="Write" /> makes of a text.</summary>
    public static int MaxBytes(string text) => 3 * text.Length;
}
