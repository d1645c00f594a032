namespace FunctionsConsumers.Orders.Events;

/// <summary>
/// One plain e-mail address, <c>local@host</c>: the dot-atom form of RFC 5321 and 5322 in ASCII, with nothing that a
/// header or an SMTP command could mistake for something else. No display name, comment, quoted local part, address
/// literal or list. Addresses beyond ASCII need SMTPUTF8 from every server on the way and are not taken; a host beyond
/// ASCII is written in its ASCII form (<c>xn--</c>).
/// </summary>
public static class PlainAddress
{
    private const int MaxLength = 254;
    private const int MaxLocalLength = 64;
    private const int MaxLabelLength = 63;
    private const string AtomSymbols = "!#$%&'*+-/=?^_`{|}~";

    /// <summary>Whether a text is one plain address.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsValid(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return text.Length <= MaxLength
            && at is >= 1 and <= MaxLocalLength
            && IsLocal(text.AsSpan(0, at))
            && IsHost(text.AsSpan(at + 1));
    }

    private static bool IsLocal(ReadOnlySpan<char> local)
    {
        var afterDot = true;
        foreach (var c in local)
        {
            if (c == '.' ? afterDot : !char.IsAsciiLetterOrDigit(c) && !AtomSymbols.Contains(c, StringComparison.Ordinal))
            {
                return false;
            }

            afterDot = c == '.';
        }

        return !afterDot;
    }

    private static bool IsHost(ReadOnlySpan<char> host)
    {
        foreach (var range in host.Split('.'))
        {
            var label = host[range];
            if (label.Length is < 1 or > MaxLabelLength || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }

            foreach (var c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                {
                    return false;
                }
            }
        }

        return !host.IsEmpty;
    }
}
