using System.Text;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.UnitTests.Orders.Reading;

public sealed class OrderDecoderNumberTests
{
    [Theory]
    [InlineData("1", 1)]
    [InlineData("1000000", 1_000_000)]
    public void A_quantity_is_an_integer_from_1_to_1000000(string json, int expected)
    {
        Assert.Equal(expected, Decoding.Order($$"""{"order_id":"1","product":"Phone","quantity":{{json}}}""").Lines[0].Quantity);
        Assert.Equal(expected, Decoding.Order(Decoding.WithLine($"\"product\":\"Phone\",\"quantity\":{json}")).Lines[0].Quantity);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("-1")]
    [InlineData("1000001")]
    [InlineData("99999999999999999999999")]
    [InlineData("\"2\"")]
    [InlineData("2.0")]
    [InlineData("2.5")]
    [InlineData("1e3")]
    [InlineData("1E0")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[1]")]
    [InlineData("{}")]
    public void Any_other_quantity_is_bad(string json)
    {
        var shortForm = Decoding.Rejected($$"""{"order_id":"1","product":"Phone","quantity":{{json}}}""");
        var line = Decoding.Rejected(Decoding.WithLine($"\"product\":\"Phone\",\"quantity\":{json}"));

        Assert.Equal(RejectionReasons.BadQuantity, shortForm.Reason);
        Assert.Equal(RejectionReasons.BadQuantity, line.Reason);
        Assert.Contains("line 1", line.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", "0.00")]
    [InlineData("-0", "0.00")]
    [InlineData("0.0000000000", "0.00")]
    [InlineData("0e999999999999", "0.00")]
    [InlineData("399.00", "399.00")]
    [InlineData("399", "399.00")]
    [InlineData("0.5", "0.50")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("1.2345", "1.2345")]
    [InlineData("1.230", "1.23")]
    [InlineData("1.234", "1.234")]
    [InlineData("1.10000", "1.10")]
    [InlineData("1e2", "100.00")]
    [InlineData("1E+2", "100.00")]
    [InlineData("1e-4", "0.0001")]
    [InlineData("12345e-2", "123.45")]
    [InlineData("0.00012e1", "0.0012")]
    [InlineData("100000e-9", "0.0001")]
    [InlineData("7922816251426433759354395.0335", "7922816251426433759354395.0335")]
    public void A_prices_value_counts_and_not_its_spelling(string json, string expected)
    {
        var order = Decoding.Order(Decoding.WithLine($"\"product\":\"Phone\",\"quantity\":1,\"unit_price\":{json}"));

        Assert.Equal(expected, Money.Text(order.Lines[0].UnitPrice));
        Assert.Equal(expected, order.Lines[0].UnitPrice.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(expected, Money.Text(order.Total));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("-0.0001")]
    [InlineData("-1e-9")]
    [InlineData("0.00001")]
    [InlineData("1.23456")]
    [InlineData("1.000000000000000000000000000001")]
    [InlineData("1e-5")]
    [InlineData("1e-999999999999999999999")]
    [InlineData("7922816251426433759354395.0336")]
    [InlineData("79228162514264337593543950335")]
    [InlineData("1e26")]
    [InlineData("1e308")]
    [InlineData("1e999999999999999999999")]
    [InlineData("\"5\"")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[]")]
    [InlineData("{\"amount\":5}")]
    public void Any_other_price_is_bad(string json)
    {
        var rejection = Decoding.Rejected(Decoding.WithLine($"\"product\":\"Phone\",\"quantity\":1,\"unit_price\":{json}"));

        Assert.Equal(RejectionReasons.BadPrice, rejection.Reason);
        Assert.False(rejection.Provisional);
        Assert.Contains("line 1", rejection.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2", "1.2345", "2.469")]
    [InlineData("3", "0.3333", "0.9999")]
    [InlineData("10", "0.0001", "0.001")]
    [InlineData("1", "1200", "1200.00")]
    [InlineData("1000000", "0.0001", "100.00")]
    [InlineData("1000000", "7922816251426433759.3543", "7922816251426433759354300.00")]
    public void A_total_is_exact(string quantity, string price, string expected)
    {
        var order = Decoding.Order(Decoding.WithLine($"\"product\":\"Phone\",\"quantity\":{quantity},\"unit_price\":{price}"));

        Assert.Equal(expected, Money.Text(order.Total));
    }

    [Fact]
    public void Pennies_add_up_beside_fortunes()
    {
        var order = Decoding.Order("""
            {"order_id":"1",
             "lines":[{"product":"Phone","quantity":1,"unit_price":7922816251426433759354395},
                      {"product":"Mouse","quantity":335,"unit_price":0.0001}]}
            """);

        Assert.Equal("7922816251426433759354395.0335", Money.Text(order.Total));
    }

    [Fact]
    public void A_total_that_no_decimal_holds_exactly_is_a_bad_price()
    {
        var own = Decoding.Rejected("""
            {"order_id":"1",
             "lines":[{"product":"Phone","quantity":1,"unit_price":7922816251426433759354395},
                      {"product":"Mouse","quantity":336,"unit_price":0.0001}]}
            """);
        var withCatalog = Decoding.Rejected("""
            {"order_id":"1",
             "lines":[{"product":"Phone","quantity":1,"unit_price":7922816251426433759354395},{"product":"Mouse","quantity":1}]}
            """);

        Assert.Equal(RejectionReasons.BadPrice, own.Reason);
        Assert.False(own.Provisional);
        Assert.Equal(RejectionReasons.BadPrice, withCatalog.Reason);
        Assert.True(withCatalog.Provisional);
    }

    [Fact]
    public void The_largest_order_of_all_is_summed_without_overflow()
    {
        var line = """{"product":"Phone","quantity":1000000,"unit_price":7922816251426433759354395.0335}""";
        var json = $$"""{"order_id":"1","lines":[{{string.Join(',', Enumerable.Repeat(line, 500))}}]}""";

        Assert.Equal(RejectionReasons.BadPrice, Decoding.Rejected(json).Reason);
    }

    [Fact]
    public void A_number_of_half_a_mebibyte_is_read_for_its_value()
    {
        var zeros = new string('0', 500_000);

        Assert.Equal("0.01",
            Money.Text(Decoding.Order(Decoding.WithLine($"\"product\":\"Phone\",\"quantity\":1,\"unit_price\":0.{zeros}1e{499_999}"))
            .Total));
        Assert.Equal(RejectionReasons.BadPrice,
            Decoding.Rejected(Decoding.WithLine($"\"product\":\"Phone\",\"quantity\":1,\"unit_price\":1{zeros}")).Reason);
        Assert.Equal(RejectionReasons.BadQuantity,
            Decoding.Rejected(Decoding.WithLine($"\"product\":\"Phone\",\"quantity\":1{zeros}")).Reason);
    }

    [Fact]
    public void Totals_agree_with_whole_number_arithmetic_on_random_orders()
    {
        var random = new Random(20261121);
        for (var i = 0; i < 500; i++)
        {
            var json = new StringBuilder("{\"order_id\":\"1\",\"lines\":[");
            var cents = System.Numerics.BigInteger.Zero;
            for (var line = random.Next(1, 20); line > 0; line--)
            {
                var quantity = random.Next(1, 1_000_001);
                var units = random.NextInt64(0, 1_000_000_000_000);
                cents += (System.Numerics.BigInteger)quantity * units;
                json.Append(System.Globalization.CultureInfo.InvariantCulture,
                    $"{{\"product\":\"Phone\",\"quantity\":{quantity},\"unit_price\":{units / 10_000}.{units % 10_000:0000}}}"
                    + $"{(line > 1 ? "," : "]}")}");
            }

            var expected = $"{cents / 10_000}.{cents % 10_000:0000}";
            expected = expected.EndsWith("00", StringComparison.Ordinal) ? expected[..^2] : expected.EndsWith('0') ? expected[..^1]
                : expected;
            Assert.Equal(expected, Money.Text(Decoding.Order(json.ToString()).Total));
        }
    }
}
