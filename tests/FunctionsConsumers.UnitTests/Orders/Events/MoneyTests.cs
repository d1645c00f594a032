using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.UnitTests.Orders.Events;

public sealed class MoneyTests
{
    [Theory]
    [InlineData("0", "0.00")]
    [InlineData("1200", "1200.00")]
    [InlineData("1200.5", "1200.50")]
    [InlineData("2.4690", "2.469")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("100.0000", "100.00")]
    [InlineData("7922816251426433759354395.0335", "7922816251426433759354395.0335")]
    public void An_amount_has_two_decimals_and_more_only_as_needed(string amount, string expected) =>
        Assert.Equal(expected, Money.Text(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("399", "399.00")]
    [InlineData("399.00", "399.00")]
    [InlineData("0", "0.00")]
    [InlineData("0.12345000", null)]
    [InlineData("1.23400", "1.234")]
    [InlineData("", null)]
    [InlineData("12,00", null)]
    [InlineData("-1", null)]
    [InlineData("+1", null)]
    [InlineData("1e2", null)]
    [InlineData(".5", null)]
    [InlineData("5.", null)]
    [InlineData("1.2.3", null)]
    [InlineData(" 1", null)]
    [InlineData("1,200.00", null)]
    [InlineData("99999999999999999999999999999", null)]
    [InlineData("١", null)]
    public void A_price_in_text_is_digits_with_a_point(string text, string? expected)
    {
        var isPrice = Money.TryParse(text, out var amount);

        Assert.Equal(expected, isPrice ? Money.Text(amount) : null);
    }
}
