using FunctionsConsumers.Orders.Mail;
using FunctionsConsumers.Orders.Notification;
using FunctionsConsumers.UnitTests.Orders.Reading;

namespace FunctionsConsumers.UnitTests.Orders.Notification;

public sealed class ConfirmationConsumerTests
{
    private const string WithAddress = """
        {"order_id":"124","email":"a@example.org","currency":"USD",
         "lines":[{"product":"Phone","quantity":2,"unit_price":399},{"product":"Mouse","quantity":1,"unit_price":1.2345}]}
        """;

    [Fact]
    public void The_group_confirms_with_one_row_of_the_kind_confirmation()
    {
        Assert.Equal("notification", ConfirmationConsumer.Group);
        Assert.Equal("confirmation", ConfirmationConsumer.EffectKind);
    }

    [Fact]
    public void An_order_with_an_address_gets_a_row_and_one_mail_under_one_id()
    {
        var identity = Planning.Identity("notification", "124");

        var plan = new ConfirmationConsumer().Plan(Decoding.Order(WithAddress), identity);

        Assert.Equal(
            new Dictionary<string, object>
            {
                ["OrderId"] = "124",
                ["To"] = "a@example.org",
                ["Subject"] = "Your order 124",
                ["MessageId"] = identity.MessageId(0),
                ["Channel"] = "email",
            },
            plan.Effect);
        var message = Assert.Single(plan.Messages);
        Assert.Equal("email", message.Kind);
        var mail = EmailPayload.TryRead(message.Payload)!;
        Assert.Equal("a@example.org", mail.To);
        Assert.Equal("Your order 124", mail.Subject);
        Assert.Empty(plan.Inserts);
        Assert.Empty(plan.Additions);
    }

    [Fact]
    public void The_mail_says_the_order_its_lines_and_its_total()
    {
        var plan = new ConfirmationConsumer().Plan(Decoding.Order(WithAddress), Planning.Identity("notification", "124"));

        Assert.Equal(
            """
            Hello,

            thank you for your order 124. We have received it:

              2 x Phone at 399.00 = 798.00 USD
              1 x Mouse at 1.2345 = 1.2345 USD

            Total: 799.2345 USD

            This mail confirms that your order arrived; it is no invoice. It was sent automatically to the
            address that was given with the order.

            """.ReplaceLineEndings("\n"),
            EmailPayload.TryRead(plan.Messages[0].Payload)!.Text);
    }

    [Fact]
    public void An_order_without_an_address_gets_its_row_and_no_mail()
    {
        var plan = new ConfirmationConsumer()
            .Plan(Decoding.Order("""{"order_id":"1","product":"Laptop"}"""), Planning.Identity("notification"));

        Assert.Equal(
            new Dictionary<string, object> { ["OrderId"] = "1", ["To"] = "", ["Subject"] = "", ["MessageId"] = "", ["Channel"] = "none" },
            plan.Effect);
        Assert.Empty(plan.Messages);
    }
}
