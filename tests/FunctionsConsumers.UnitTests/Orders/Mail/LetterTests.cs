using System.Runtime.CompilerServices;
using System.Text;
using FunctionsConsumers.Orders.Mail;
using MimeKit;

namespace FunctionsConsumers.UnitTests.Orders.Mail;

public sealed class LetterTests
{
    private const string Id = "0123456789abcdef0123456789abcdef";
    private static readonly DateTimeOffset Date = new(2026, 11, 1, 11, 5, 9, TimeSpan.FromHours(1));

    private static byte[] Write(string subject, string text, string from = "orders@shop.example", string to = "a@example.org")
    {
        using var letter = Letter.Of(new EmailPayload(to, subject, text), MailboxAddress.Parse(from), Id, Date);
        return Letter.Bytes(letter);
    }

    private static MimeMessage Read(byte[] bytes) => MimeMessage.Load(new MemoryStream(bytes), TestContext.Current.CancellationToken);

    [Fact]
    public void A_plain_mail_says_who_what_and_when_in_ascii_and_lines_that_end_as_a_mails()
    {
        var text = Encoding.ASCII.GetString(Write("Your order 124", "Hello,\n\n2 x Phone = 798.00 EUR\n"));

        foreach (var header in new[]
        {
            "Date: Sun, 01 Nov 2026 10:05:09 +0000", "From: orders@shop.example", "To: a@example.org", "Subject: Your order 124",
                $"Message-Id: <{Id}@shop.example>",
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
        })
        {
            Assert.Contains(header + "\r\n", text, StringComparison.OrdinalIgnoreCase);
        }

        Assert.EndsWith("\r\n\r\nHello,\r\n\r\n2 x Phone =3D 798.00 EUR\r\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", text.Replace("\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_attempt_writes_the_same_bytes() => Assert.Equal(Write("Größe", "é"), Write("Größe", "é"));

    [Theory]
    [InlineData("plain")]
    [InlineData("Größe 😀")]
    [InlineData("=?utf-8?B?aGk=?=")]
    [InlineData("\u202e")]
    [InlineData(
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    [InlineData("漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀")]
    public void A_subject_is_read_back_as_it_was(string subject) => Assert.Equal(subject, Read(Write(subject, "x")).Subject);

    [Fact]
    public void No_subject_can_add_a_header()
    {
        var mail = Read(Write("a\r\nBcc: everyone@example.org", "x"));

        Assert.DoesNotContain(mail.Headers, header => header.Field.Equals("Bcc", StringComparison.OrdinalIgnoreCase));
        Assert.Contains("everyone@example.org", mail.Subject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a@example.org\r\nBcc: b@example.org")]
    [InlineData("a@example.org, b@example.org")]
    [InlineData("a@example.org> SIZE=1")]
    public void No_recipient_can_add_another(string to) => Assert.Throws<ParseException>(() => Write("s", "x", to: to));

    [Theory]
    [InlineData("orders@shop.example", "")]
    [InlineData("The Shop <orders@shop.example>", "The Shop")]
    [InlineData("\"Müller, Söhne\" <orders@shop.example>", "Müller, Söhne")]
    public void A_senders_name_is_read_back_as_it_was(string from, string expected)
    {
        var sender = Assert.IsType<MailboxAddress>(Assert.Single(Read(Write("s", "x", from)).From));

        Assert.Equal(("orders@shop.example", expected), (sender.Address, sender.Name ?? ""));
    }

    [Theory]
    [InlineData("é = 漢 😀 \t end ")]
    [InlineData(".\n..\n.x\n")]
    [InlineData("From here\nline\n\n\nline ")]
    public void A_text_is_read_back_as_it_was(string text) =>
        Assert.Equal(text.TrimEnd('\n'), Read(Write("s", text)).TextBody!.ReplaceLineEndings("\n").TrimEnd('\n'));

    [Fact]
    public void Long_lines_are_broken_softly_and_come_back_whole()
    {
        var bytes = Write("s", "a" + new string('b', 5_000) + "é\n");

        Assert.All(Encoding.ASCII.GetString(bytes).Split("\r\n"), line => Assert.InRange(line.Length, 0, 78));
        Assert.Equal(5_002, Read(bytes).TextBody!.TrimEnd().Length);
    }

    [Fact]
    public void A_mail_that_was_sent_is_let_go_of_though_the_sender_that_all_mails_share_stays()
    {
        var sender = MailboxAddress.Parse("orders@shop.example");
        var mails = Enumerable.Range(0, 10).Select(_ => Sent(sender)).ToList();
        GC.Collect();
        Assert.DoesNotContain(mails, mail => mail.IsAlive);
        GC.KeepAlive(sender);
    }

    // Apart, so that no local variable of the test holds the mail.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Sent(MailboxAddress sender)
    {
        using var letter = Letter.Of(new EmailPayload("a@example.org", "Your order 124", "Hello"), sender, Id, Date);
        Letter.Bytes(letter);
        return new WeakReference(letter);
    }
}
