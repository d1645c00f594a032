using System.Text;
using FunctionsConsumers.Orders.Mail;

namespace FunctionsConsumers.UnitTests.Orders.Mail;

public sealed class EmailPayloadTests
{
    [Fact]
    public void A_payload_is_read_as_it_was_written()
    {
        var mail = new EmailPayload("a@example.org", "Größe \"M\"", "é\nline");

        Assert.Equal(mail, EmailPayload.TryRead(mail.ToBytes()));
        Assert.Equal("""{"to":"a@example.org","subject":"Größe \"M\"","text":"é\nline"}""", Encoding.UTF8.GetString(mail.ToBytes()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"to":"a@example.org","subject":"s"}""")]
    [InlineData("""{"to":null,"subject":"s","text":"t"}""")]
    public void Anything_else_is_no_payload(string json) => Assert.Null(EmailPayload.TryRead(Encoding.UTF8.GetBytes(json)));
}
