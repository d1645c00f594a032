using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Tables;
using FunctionsConsumers.UnitTests.Audit.Verdicts;


namespace FunctionsConsumers.UnitTests.Audit.Tables;

public sealed class EffectRulesTests
{
    private static readonly AuditedOrder Order = new(
        "1", null, "a@example.org", "EUR", null, [new("Mouse", 2, 24.95m), new("Laptop", 1, null), new("Mouse", 1, null)]);

    private static readonly EffectContent Invoice = new(
        Lines: [new("Mouse", 2, 24.95m), new("Laptop", 1, 1200.00m), new("Mouse", 1, 20m)], Currency: "EUR", Total: "1269.90");

    private static readonly EffectContent Reservation = new(Lines: [new("Laptop", 1, null), new("Mouse", 3, null)]);

    private static readonly EffectContent Confirmation = new(To: "a@example.org", Channel: "email");

    public static TheoryData<string, object> WrongEffects => new()
    {
        { "billing", Invoice with { Lines = null } },
        { "billing", Invoice with { Lines = Invoice.Lines![..2] } },
        { "billing", Invoice with { Lines = [Invoice.Lines[0], Invoice.Lines[1] with { Product = "Phone" }, Invoice.Lines[2]] } },
        { "billing", Invoice with { Lines = [Invoice.Lines[0] with { Quantity = 3 }, Invoice.Lines[1], Invoice.Lines[2]] } },
        { "billing",
        Invoice with { Lines = [Invoice.Lines[0] with { UnitPrice = 24.96m }, Invoice.Lines[1], Invoice.Lines[2]], Total = "1269.92" } },
        { "billing", Invoice with { Lines = [Invoice.Lines[0], Invoice.Lines[1] with { UnitPrice = null }, Invoice.Lines[2]] } },
        { "billing", Invoice with { Lines = [Invoice.Lines[1], Invoice.Lines[0], Invoice.Lines[2]] } },
        { "billing", Invoice with { Total = "1269.91" } },
        { "billing", Invoice with { Total = null } },
        { "billing", Invoice with { Total = "1.26990E3" } },
        { "billing", Invoice with { Currency = "USD" } },
        { "inventory", Reservation with { Lines = null } },
        { "inventory", Reservation with { Lines = [new("Laptop", 1, null), new("Mouse", 2, null)] } },
        { "inventory", Reservation with { Lines = [new("Laptop", 1, null)] } },
        { "inventory", Reservation with { Lines = [new("Laptop", 1, null), new("Mouse", 3, null), new("Phone", 1, null)] } },
        { "notification", Confirmation with { To = "b@example.org" } },
        { "notification", Confirmation with { To = null, Channel = "none" } },
    };

    [Theory]
    [MemberData(nameof(WrongEffects))]
    public void An_effect_that_is_not_what_the_order_says_is_found(string group, object effect) =>
        Assert.NotNull(EffectRules.Difference(group, Order, (EffectContent)effect));

    [Fact]
    public void Effects_that_say_what_the_order_says_are_good()
    {
        Assert.Null(EffectRules.Difference("billing", Order, Invoice));
        Assert.Null(EffectRules.Difference("billing", Order, Invoice with { Total = "1269.9000" }));
        Assert.Null(EffectRules.Difference("inventory", Order, Reservation));
        Assert.Null(EffectRules.Difference("notification", Order, Confirmation));
        Assert.Null(EffectRules.Difference("notification", Order with { Email = null }, new EffectContent(Channel: "none")));
    }

    [Fact]
    public void A_confirmation_to_somebody_whom_the_order_does_not_name_is_found() =>
        Assert.NotNull(EffectRules.Difference("notification", Order with { Email = null }, Confirmation));

    [Fact]
    public void A_wrong_effect_counts_as_lost()
    {
        var world = new AuditedWorld("billing");
        var record = world.Send(AuditedWorld.Order("a"));
        world.Apply(record, world.Content(world.Read(record)) with { Total = "2.51" });

        Assert.Equal(1, world.Judge().Lost);
    }

    [Fact]
    public void Sums_larger_than_a_decimal_are_compared_exactly()
    {
        var order = new AuditedOrder("1", null, null, "EUR", null, [new("Mouse", 1_000_000, 79228162514264337593543950335m)]);
        var invoice = new EffectContent(order.Lines, "EUR", "79228162514264337593543950335000000.00");

        Assert.Null(EffectRules.Difference("billing", order, invoice));
        Assert.NotNull(EffectRules.Difference("billing", order, invoice with { Total = "79228162514264337593543950335000000.01" }));
    }
}
