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

    [Fact]
    public void Amounts_are_the_same_on_both_sides_of_64_bits()
    {
        const int Seed = 20261128;
        var random = new Random(Seed);
        UInt128[] edges =
            [0, 1, 100, 10_000, ulong.MaxValue / 10, ulong.MaxValue, UInt128.One << 64, 10_000_000_000_000_000_000, Money.MaxUnits];
        foreach (var edge in edges.Concat(Enumerable.Range(0, 2_000).Select(_ => (UInt128)random.NextInt64() << random.Next(32))))
        {
            foreach (var units in new[] { edge, edge + 1, edge == 0 ? 0 : edge - 1 })
            {
                var number = System.Text.Encoding.ASCII.GetBytes($"{units / 10_000}.{(int)(units % 10_000):D4}");
                var verdict = Money.Parse(number, out var read);
                if (units > Money.MaxUnits)
                {
                    Assert.Equal(PriceVerdict.TooLarge, verdict);
                    continue;
                }

                Assert.True(verdict == PriceVerdict.Good && read == units, $"seed {Seed}: {units} is read as {read}, {verdict}");
                Assert.Equal(units, Money.ToUnits(Money.FromUnits(units)));
                Assert.Equal((decimal)units / 10_000, Money.FromUnits(units));
                Assert.Equal(units % 100 == 0 ? 2 : units % 10 == 0 ? 3 : 4, Money.FromUnits(units).Scale);
            }
        }
    }
}
