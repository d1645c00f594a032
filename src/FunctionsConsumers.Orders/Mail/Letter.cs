using System.Text;
using MimeKit;

namespace FunctionsConsumers.Orders.Mail;

/// <summary>Makes the mail of a payload: the same bytes for every attempt, since its date is when it was planned.</summary>
internal static class Letter
{
    private static readonly FormatOptions AsMail = Format();

    /// <summary>Makes a mail.</summary>
    /// <exception cref="ParseException">The recipient is no address.</exception>
    public static MimeMessage Of(EmailPayload mail, MailboxAddress from, string id, DateTimeOffset date)
    {
        var letter = new MimeMessage();
        letter.Headers.Clear();
        letter.Date = date.ToUniversalTime();

        // A mail listens to changes of its addresses: the sender that all mails share would keep each of them for ever.
        letter.From.Add((MailboxAddress)from.Clone());
        letter.To.Add(new MailboxAddress("", mail.To));
        letter.Subject = mail.Subject;
        if (mail.Subject.Contains("=?", StringComparison.Ordinal))
        {
            letter.Headers[letter.Headers.IndexOf(HeaderId.Subject)].SetRawValue(EncodedWords(mail.Subject));
        }

        letter.MessageId = $"{id}@{from.Domain}";
        letter.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        letter.Body = new TextPart("plain") { Text = mail.Text, ContentTransferEncoding = ContentEncoding.QuotedPrintable };
        return letter;
    }

    /// <summary>The bytes of an <c>.eml</c> file.</summary>
    public static byte[] Bytes(MimeMessage letter)
    {
        using var bytes = new MemoryStream();
        letter.WriteTo(AsMail, bytes);
        return bytes.ToArray();
    }

    private static FormatOptions Format()
    {
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        format.EnsureNewLine = true;
        return format;
    }

    // A subject that looks like encoded words (RFC 2047) would be read as what they say: it is encoded itself, ten characters a word.
    private static byte[] EncodedWords(string text) => Encoding.ASCII.GetBytes(string.Concat(
        text.EnumerateRunes().Chunk(10).Select(
        runes => $" =?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Concat(runes)))}?=\r\n")));
}
