using System.Globalization;
using System.Text;
using FunctionsConsumers.Audit.Orders;

namespace FunctionsConsumers.UnitTests.Audit.Orders;

public sealed class OrderReaderTests
{
    [Theory]
    [InlineData("""{"order_id": "123", "product": "Laptop"}""", "123")]
    [InlineData("""{"order_id": 123, "product": "Laptop", "quantity": 1000000}""", "123")]
    [InlineData("""{"order_id": 123456789012345678901234567890, "product": "Laptop"}""", "123456789012345678901234567890")]
    [InlineData("""{"order_id": "a/b #?é😀", "product": "Laptop", "note": {"nested": [1, null]}}""", "a/b #?é😀")]
    [InlineData(
        """
        {"order_id": "1", "lines": [{"product": "Phone", "quantity": 2, "unit_price": 0.0001}],
         "currency": "USD", "placed_at": "2026-11-21T10:00:00Z"}
        """,
        "1")]
    [InlineData("""{"order_id": "1", "lines": [{"product": "Phone"}]}""", "1")]
    public void An_order_is_read(string value, string id) => Assert.Equal(id, Read(value)?.Id);

    [Fact]
    public void Defaults_are_those_of_the_contract()
    {
        var order = Read("""{"order_id": "123", "product": "Laptop"}""")!;

        Assert.Equal("EUR", order.Currency);
        Assert.Null(order.Email);
        Assert.Equal([new AuditedLine("Laptop", 1, null)], order.Lines);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"order_id": "1", "product": "Laptop",}""")]
    [InlineData("""{"order_id": "1", "order_id": "1", "product": "Laptop"}""")]
    [InlineData("""{"order_id": "1", "product": "Laptop", "x": 1, "x": 2}""")]
    [InlineData("""{"order_id": "\ud800", "product": "Laptop"}""")]
    [InlineData("""{"product": "Laptop"}""")]
    [InlineData("""{"order_id": "", "product": "Laptop"}""")]
    [InlineData("""{"order_id": "a\u0000b", "product": "Laptop"}""")]
    [InlineData("""{"order_id": 1.5, "product": "Laptop"}""")]
    [InlineData("""{"order_id": 1e3, "product": "Laptop"}""")]
    [InlineData("""{"order_id": null, "product": "Laptop"}""")]
    [InlineData("""{"order_id": "1"}""")]
    [InlineData("""{"order_id": "1", "product": "Laptop", "lines": [{"product": "Phone", "quantity": 1}]}""")]
    [InlineData("""{"order_id": "1", "lines": []}""")]
    [InlineData("""{"order_id": "1", "lines": {}}""")]
    [InlineData("""{"order_id": "1", "lines": [{"quantity": 1}]}""")]
    [InlineData("""{"order_id": "1", "lines": [{"product": "Phone", "quantity": null}]}""")]
    [InlineData("""{"order_id": "1", "lines": [{"product": "Phone", "quantity": 1}], "quantity": 1}""")]
    [InlineData("""{"order_id": "1", "product": "Phone", "unit_price": 1}""")]
    [InlineData("""{"order_id": "1", "product": "Phone", "quantity": null}""")]
    [InlineData("""{"order_id": "1", "product": "Laptop", "quantity": 0}""")]
    [InlineData("""{"order_id": "1", "product": "Laptop", "quantity": 1000001}""")]
    [InlineData("""{"order_id": "1", "product": "Laptop", "quantity": "2"}""")]
    [InlineData("""{"order_id": "1", "product": "Laptop", "quantity": 2.0}""")]
    [InlineData("""{"order_id": "1", "lines": [{"product": "Phone", "quantity": 1, "unit_price": -1}]}""")]
    [InlineData("""{"order_id": "1", "lines": [{"product": "Phone", "quantity": 1, "unit_price": 0.00001}]}""")]
    [InlineData("""{"order_id": "1", "lines": [{"product": "Phone", "quantity": 1, "unit_price": "1"}]}""")]
    [InlineData("""{"order_id": "1", "product": "Laptop", "currency": "USD"}""")]
    [InlineData("""{"order_id": "1", "product": "Laptop", "currency": "eur"}""")]
    [InlineData("""{"order_id": "1", "product": "Laptop", "email": "nobody"}""")]
    [InlineData("""{"order_id": "1", "product": "Laptop", "email": "a@example.org\r\nBcc: b@example.org"}""")]
    [InlineData("""{"order_id": "1", "product": "Laptop", "email": "A <a@example.org>"}""")]
    [InlineData("""{"order_id": "1", "product": "Laptop", "email": "a@example.org,b@example.org"}""")]
    [InlineData("""{"order_id": "1", "product": "Laptop", "placed_at": "yesterday"}""")]
    public void What_is_no_order_is_not_read(string value) => Assert.Null(Read(value));

    [Fact]
    public void Limits_stand_where_the_contract_puts_them()
    {
        Assert.NotNull(Read($$"""{"order_id": "{{new string('x', 200)}}", "product": "Laptop"}"""));
        Assert.Null(Read($$"""{"order_id": "{{new string('x', 201)}}", "product": "Laptop"}"""));
        Assert.NotNull(Read($$"""{"order_id": "1", "product": "Laptop", "note": "{{new string('x', 1000)}}"}"""));
        Assert.Null(Read($$"""{"order_id": "1", "product": "Laptop", "note": "{{new string('x', 1001)}}"}"""));
        Assert.NotNull(Read("""{"order_id": "1", "product": "Laptop"}""".PadRight(512 * 1024)));
        Assert.Null(Read("""{"order_id": "1", "product": "Laptop"}""".PadRight((512 * 1024) + 1)));
        Assert.NotNull(Read(Lines(500, _ => "Mouse")));
        Assert.Null(Read(Lines(501, _ => "Mouse")));
        Assert.NotNull(Read(Lines(180, n => "P" + (n % 90))));
        Assert.Null(Read(Lines(180, n => "P" + (n % 91))));
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0.0", "0")]
    [InlineData("1.10000", "1.1")]
    [InlineData("11e-1", "1.1")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("12E+2", "1200")]
    [InlineData("7922816251426433759354395.0335", "7922816251426433759354395.0335")]
    [InlineData("7922816251426433759354395.0336", null)]
    [InlineData("1e25", null)]
    [InlineData("1e99999999999", null)]
    [InlineData("0.00010000000000000000000000000000001", null)]
    [InlineData("-0.01", null)]
    public void A_price_is_its_value_and_not_its_spelling(string number, string? price) =>
        Assert.Equal(price is null ? null : decimal.Parse(price, CultureInfo.InvariantCulture), JsonPrice.Parse(number));

    [Fact]
    public void What_an_order_does_not_use_may_be_nested_as_deep_as_its_size_allows()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":[", 20_000)) + string.Concat(Enumerable.Repeat("]}", 20_000));
        Assert.NotNull(Read($$"""{"order_id": "1", "product": "Laptop", "note": {{deep}}}"""));
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_no_order()
    {
        byte[] value = [.. "{\"order_id\": \"1\", \"product\": \"Laptop\", \"note\": \""u8, 0xFF, .. "\"}"u8];
        Assert.Null(new OrderReader().Read(value));
        Assert.Null(new OrderReader().Read(null));
    }

    private static AuditedOrder? Read(string value) => new OrderReader().Read(Encoding.UTF8.GetBytes(value));

    private static string Lines(int count, Func<int, string> product)
    {
        var lines = Enumerable.Range(0, count).Select(n => $$"""{"product": "{{product(n)}}", "quantity": 1}""");
        return $$"""{"order_id": "1", "lines": [{{string.Join(',', lines)}}]}""";
    }
}
