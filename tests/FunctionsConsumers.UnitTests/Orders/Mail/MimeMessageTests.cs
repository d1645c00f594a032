using System.Net.Mail;
using System.Text;
using FunctionsConsumers.Orders.Mail;

namespace FunctionsConsumers.UnitTests.Orders.Mail;

public sealed class MimeMessageTests
{
    private static readonly DateTimeOffset Date = new(2026, 11, 1, 11, 5, 9, TimeSpan.FromHours(1));

    private static byte[] Write(string subject, string text, string from = "orders@shop.example") =>
        MimeMessage.Write(new EmailPayload("a@example.org", subject, text), new MailAddress(from), "0123456789abcdef0123456789abcdef", Date);

    [Fact]
    public void A_plain_mail_is_these_bytes() => Assert.Equal(
        """
        Date: Sun, 01 Nov 2026 10:05:09 +0000
        From: orders@shop.example
        To: a@example.org
        Subject: Your order 124
        Message-ID: <0123456789abcdef0123456789abcdef@shop.example>
        Auto-Submitted: auto-generated
        MIME-Version: 1.0
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: quoted-printable

        Hello,

        2 x Phone =3D 798.00 EUR

        """.ReplaceLineEndings("\r\n"),
        Encoding.ASCII.GetString(Write("Your order 124", "Hello,\n\n2 x Phone = 798.00 EUR\n")));

    [Theory]
    [InlineData("plain")]
    [InlineData("Größe 😀")]
    [InlineData("=?utf-8?B?aGk=?=")]
    [InlineData(" led and followed by blanks ")]
    [InlineData("\u2028\u202e")]
    public void A_subject_is_read_back_as_it_was(string subject) => Assert.Equal(subject, ParsedMail.Parse(Write(subject, "x"))["Subject"]);

    [Theory]
    [InlineData('x')]
    [InlineData('é')]
    [InlineData('漢')]
    public void A_long_subject_is_folded_between_characters(char character)
    {
        var subject = "Your order " + new string(character, 200);

        var mail = ParsedMail.Parse(Write(subject, "x"));

        Assert.Equal(subject, mail["Subject"]);
        Assert.All(mail.Raw.Split("\r\n"), line => Assert.InRange(line.Length, 0, 84));
    }

    [Fact]
    public void No_character_outside_the_first_plane_is_split_either()
    {
        var subject = string.Concat(Enumerable.Repeat("😀", 60));

        Assert.Equal(subject, ParsedMail.Parse(Write(subject, "x"))["Subject"]);
    }

    [Fact]
    public void No_subject_can_add_a_header()
    {
        var mail = ParsedMail.Parse(Write("a\r\nBcc: everyone@example.org", "x"));

        Assert.DoesNotContain(mail.Headers, header => header.Key == "Bcc");
        Assert.Equal("a\r\nBcc: everyone@example.org", mail["Subject"]);
    }

    [Theory]
    [InlineData("orders@shop.example", "orders@shop.example")]
    [InlineData("The Shop <orders@shop.example>", "The Shop <orders@shop.example>")]
    [InlineData("\"Müller, Söhne\" <orders@shop.example>", "Müller, Söhne <orders@shop.example>")]
    public void A_senders_name_is_read_back_as_it_was(string from, string expected)
    {
        var mail = ParsedMail.Parse(Write("s", "x", from));

        Assert.Equal(expected, mail["From"]);
        Assert.Equal("<0123456789abcdef0123456789abcdef@shop.example>", mail["Message-ID"]);
    }

    [Theory]
    [InlineData("é = 漢 😀 \t end ")]
    [InlineData(".\n..\n.x\n")]
    [InlineData("From here\nline\n\n\nline ")]
    [InlineData("")]
    public void A_text_is_read_back_as_it_was(string text) =>
        Assert.Equal(text.TrimEnd('\n') + "\n", ParsedMail.Parse(Write("s", text)).Body.ReplaceLineEndings("\n"));

    [Fact]
    public void Long_lines_are_broken_softly_and_come_back_whole()
    {
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 400)).Select(_ => random.Next(8) switch { 0 => "é", 1 => "=", 2 => " ", 3 => "😀", 4 => ".", _ => "x" }));

            var mail = ParsedMail.Parse(Write("s", text));

            Assert.Equal(text + "\r\n", mail.Body);
            Assert.All(mail.Raw.Split("\r\n"), line => Assert.True(line.Length <= 76 && line != "." && !line.EndsWith(' '), line));
        }
    }
}
