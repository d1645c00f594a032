using System.Globalization;
using System.Net.Mail;
using System.Text;

namespace FunctionsConsumers.Orders.Mail;

/// <summary>A plain text mail as bytes (RFC 5322, 2045 and 2047): ASCII alone, no line over 76 characters but a bare word.</summary>
internal static class MimeMessage
{
    // A whole encoded word has at most 75 characters: =?utf-8?B? and ?= take 12, and base64 makes four of three.
    private const int EncodedWordBytes = 45;
    private const int LongestPlainHeader = 60;
    private const int LongestLine = 76;

    /// <summary>Writes a mail.</summary>
    /// <param name="mail">Recipient, subject and text.</param>
    /// <param name="from">The sender.</param>
    /// <param name="id">The message's id; with the sender's host it is the <c>Message-ID</c>.</param>
    /// <param name="date">The mail's date: when it was planned, so that every attempt writes the same bytes.</param>
    /// <returns>The bytes of an <c>.eml</c> file.</returns>
    public static byte[] Write(EmailPayload mail, MailAddress from, string id, DateTimeOffset date)
    {
        var message = new StringBuilder(mail.Text.Length + 512)
            .Append("Date: ").Append(date.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture)).Append("\r\n")
            .Append("From: ").Append(Sender(from)).Append("\r\n")
            .Append("To: ").Append(mail.To).Append("\r\n")
            .Append("Subject: ").Append(HeaderText(mail.Subject)).Append("\r\n")
            .Append("Message-ID: ").Append(IdHeader(id, from)).Append("\r\n")
            .Append("Auto-Submitted: auto-generated\r\n")
            .Append("MIME-Version: 1.0\r\n")
            .Append("Content-Type: text/plain; charset=utf-8\r\n")
            .Append("Content-Transfer-Encoding: quoted-printable\r\n")
            .Append("\r\n");
        AppendQuotedPrintable(message, mail.Text);
        return Encoding.ASCII.GetBytes(message.ToString());
    }

    /// <summary>The value of the header <c>Message-ID</c>.</summary>
    /// <param name="id">The message's id.</param>
    /// <param name="from">The sender, whose host is the right-hand side.</param>
    /// <returns><c>&lt;id@host&gt;</c>.</returns>
    public static string IdHeader(string id, MailAddress from) => $"<{id}@{from.Host}>";

    private static string Sender(MailAddress from) => from.DisplayName.Length == 0
        ? from.Address
        : $"{Phrase(from.DisplayName)} <{from.Address}>";

    // A word of letters, digits and spaces stands in a phrase as it is; any other name is encoded rather than quoted.
    private static string Phrase(string name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != ' ')
            {
                return EncodedWords(name);
            }
        }

        return name.Length <= LongestPlainHeader ? name : EncodedWords(name);
    }

    private static string HeaderText(string text)
    {
        if (text.Length > LongestPlainHeader || text.Contains("=?", StringComparison.Ordinal) || text != text.Trim())
        {
            return EncodedWords(text);
        }

        foreach (var c in text)
        {
            if (c is < ' ' or > '~')
            {
                return EncodedWords(text);
            }
        }

        return text;
    }

    // RFC 2047 forbids a character to be split between two words.
    private static string EncodedWords(string text)
    {
        var words = new StringBuilder();
        Span<byte> word = stackalloc byte[EncodedWordBytes];
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (length + rune.Utf8SequenceLength > EncodedWordBytes)
            {
                AppendWord(words, word[..length]);
                length = 0;
            }

            length += rune.EncodeToUtf8(word[length..]);
        }

        AppendWord(words, word[..length]);
        return words.ToString();
    }

    private static void AppendWord(StringBuilder words, ReadOnlySpan<byte> word) =>
        words.Append(words.Length == 0 ? "" : "\r\n ").Append("=?utf-8?B?").Append(Convert.ToBase64String(word)).Append("?=");

    private static void AppendQuotedPrintable(StringBuilder message, string text)
    {
        foreach (var line in text.AsSpan().TrimEnd('\n').EnumerateLines())
        {
            AppendQuotedPrintable(message, Encoding.UTF8.GetBytes(line.ToString()));
            message.Append("\r\n");
        }
    }

    private static void AppendQuotedPrintable(StringBuilder message, byte[] line)
    {
        var column = 0;
        for (var i = 0; i < line.Length; i++)
        {
            var b = line[i];

            // White space at the end of a line is lost on the way, and a dot alone ends a mail.
            var isPlain = b is >= (byte)' ' and <= (byte)'~' and not (byte)'=' && !(b == (byte)' ' && i == line.Length - 1) && !(b == (byte)'.' && column == 0);
            var width = isPlain ? 1 : 3;
            if (column + width > LongestLine - 1)
            {
                message.Append("=\r\n");
                column = 0;
            }

            if (isPlain)
            {
                message.Append((char)b);
            }
            else
            {
                message.Append('=').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }

            column += width;
        }
    }
}
