using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>
/// Row keys: parts joined by <c>!</c>, each escaped reversibly, so that no two lists of parts give one key.
/// ASCII letters, digits, <c>-</c>, <c>_</c> and <c>.</c> stay as they are; every other UTF-16 code unit becomes
/// <c>=</c> and four hex digits. The set is fixed by this rule and not by Unicode's tables, which grow with each
/// version of .NET: a key that changed with an upgrade would be a second effect.
/// </summary>
public static class RowKey
{
    /// <summary>The longest row key, in characters. Table storage allows 1 KiB, and advises 512 characters or fewer.</summary>
    public const int MaxLength = 512;

    private const string HashMark = "==";

    // Capitals alone: one string has one escaped form, and no other is read as it.
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789ABCDEF");

    /// <summary>The key of a subject's row.</summary>
    /// <param name="kind">The first part, <c>invoice</c> or <c>key</c>.</param>
    /// <param name="subject">The subject, unescaped.</param>
    /// <returns><c>kind!subject</c>, escaped; a marked hash of the subject where it would be longer than
    /// <see cref="MaxLength" />.</returns>
    public static string OfSubject(string kind, string subject) => Compose(kind, subject, null);

    /// <summary>The key of a dead letter's row.</summary>
    /// <param name="coordinates">The record's coordinates.</param>
    /// <returns><c>dead!topic:partition:offset</c>.</returns>
    public static string OfDeadLetter(Coordinates coordinates) => "dead!" + coordinates;

    /// <summary>The key of a counter that only a topic partition's owner writes.</summary>
    /// <param name="kind">The first part, <c>stock</c>.</param>
    /// <param name="name">What is counted, unescaped.</param>
    /// <param name="coordinates">A record of the topic partition.</param>
    /// <returns><c>kind!name!topic:partition</c>.</returns>
    public static string OfCounter(string kind, string name, Coordinates coordinates) =>
        Compose(kind, name, coordinates);

    /// <summary>Escapes one part of a row key.</summary>
    /// <param name="part">Any string, unpaired surrogates included.</param>
    /// <returns>The escaped part, from which <see cref="Unescape" /> gives the string back.</returns>
    public static string Escape(string part)
    {
        var plain = true;
        foreach (var c in part)
        {
            plain &= IsPlain(c);
        }

        if (plain)
        {
            return part;
        }

        var escaped = new StringBuilder(part.Length + 16);
        foreach (var c in part)
        {
            if (IsPlain(c))
            {
                escaped.Append(c);
            }
            else
            {
                escaped.Append('=').Append(((int)c).ToString("X4", CultureInfo.InvariantCulture));
            }
        }

        return escaped.ToString();
    }

    /// <summary>Gives back the string that was escaped.</summary>
    /// <param name="escaped">A part made by <see cref="Escape" />.</param>
    /// <returns>The string.</returns>
    /// <exception cref="FormatException">The part was not made by <see cref="Escape" />, or it is a hash.</exception>
    public static string Unescape(string escaped)
    {
        var part = new StringBuilder(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            var c = escaped[i];
            if (IsPlain(c))
            {
                part.Append(c);
            }
            else if (c == '=' && i + 4 < escaped.Length
                && escaped.AsSpan(i + 1, 4) is var digits && !digits.ContainsAnyExcept(HexDigits)
                && (char)ushort.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) is var unit && !IsPlain(unit))
            {
                part.Append(unit);
                i += 4;
            }
            else
            {
                throw new FormatException($"'{escaped}' is no escaped part of a row key.");
            }
        }

        return part.ToString();
    }

    private static string Compose(string kind, string part, Coordinates? owner)
    {
        var key = Joined(Escape(part));

        // "==" never begins an escaped part: '=' is always followed by a hex digit there.
        return key.Length > MaxLength ? Joined(HashMark + Convert.ToHexStringLower(SHA256.HashData(CodeUnits(part)))) : key;

        string Joined(string escaped) => owner is { } place
            ? string.Create(CultureInfo.InvariantCulture, $"{kind}!{escaped}!{place.Topic}:{place.Partition}")
            : string.Concat(kind, "!", escaped);
    }

    // An encoding would put U+FFFD in the place of half a character, and give two subjects one key.
    private static byte[] CodeUnits(string text)
    {
        var bytes = new byte[2 * text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), text[i]);
        }

        return bytes;
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';
}
