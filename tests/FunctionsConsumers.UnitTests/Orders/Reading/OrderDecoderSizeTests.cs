using System.Text;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.UnitTests.Orders.Reading;

public sealed class OrderDecoderSizeTests
{
    private const int Limit = 512 * 1024;

    [Theory]
    [InlineData(Limit, null)]
    [InlineData(Limit + 1, RejectionReasons.TooLarge)]
    [InlineData(4 * Limit, RejectionReasons.TooLarge)]
    public void A_value_has_at_most_512_KiB(int length, string? reason)
    {
        var value = """{"order_id":"1","product":"Laptop"}""".PadRight(length);

        Assert.Equal(reason, Decoding.Decode(value).Rejection?.Reason);
    }

    [Theory]
    [InlineData("customer_id", 1000, null)]
    [InlineData("customer_id", 1001, RejectionReasons.TooLarge)]
    [InlineData("event_id", 1000, null)]
    [InlineData("event_id", 1001, RejectionReasons.TooLarge)]
    [InlineData("email", 1001, RejectionReasons.TooLarge)]
    [InlineData("currency", 1001, RejectionReasons.TooLarge)]
    [InlineData("placed_at", 1001, RejectionReasons.TooLarge)]
    [InlineData("unknown", 1000, null)]
    [InlineData("unknown", 1001, RejectionReasons.TooLarge)]
    public void No_string_is_longer_than_1000_characters(string property, int length, string? reason) =>
        Assert.Equal(reason,
            Decoding.Decode($$"""{"order_id":"1","product":"Laptop","{{property}}":"{{new string('x', length)}}"}""").Rejection?.Reason);

    [Theory]
    [InlineData("é", 1000, null)]
    [InlineData("é", 1001, RejectionReasons.TooLarge)]
    [InlineData("😀", 500, null)]
    [InlineData("😀", 501, RejectionReasons.TooLarge)]
    [InlineData("\\u0041", 1000, null)]
    [InlineData("\\u0041", 1001, RejectionReasons.TooLarge)]
    [InlineData("\\n", 1000, null)]
    [InlineData("\\n", 1001, RejectionReasons.TooLarge)]
    public void Characters_are_counted_as_utf_16_and_not_as_they_are_written(string character, int count, string? reason)
    {
        var text = string.Concat(Enumerable.Repeat(character, count));

        Assert.Equal(reason, Decoding.Decode($$"""{"order_id":"1","product":"Laptop","note":"{{text}}"}""").Rejection?.Reason);
    }

    [Fact]
    public void A_long_string_is_found_however_deep_and_as_a_name_too()
    {
        var text = new string('x', 1001);

        Assert.Equal(
            RejectionReasons.TooLarge, Decoding.Rejected($$"""{"order_id":"1","product":"Laptop","a":[{"b":["{{text}}"]}]}""").Reason);
        Assert.Equal(RejectionReasons.TooLarge, Decoding.Rejected($$"""{"order_id":"1","product":"Laptop","{{text}}":1}""").Reason);
        Assert.Equal(RejectionReasons.TooLarge, Decoding.Rejected($$"""{"order_id":"1","product":"{{text}}"}""").Reason);
        Assert.Equal(RejectionReasons.TooLarge, Decoding.Rejected(Decoding.WithLine($"\"product\":\"{text}\",\"quantity\":1")).Reason);
    }

    [Theory]
    [InlineData(90, 1, null)]
    [InlineData(91, 1, RejectionReasons.TooWide)]
    [InlineData(90, 5, null)]
    [InlineData(1, 500, null)]
    [InlineData(1, 501, RejectionReasons.TooWide)]
    [InlineData(600, 1, RejectionReasons.TooWide)]
    public void An_order_has_at_most_90_products_in_500_lines(int products, int linesOfEach, string? reason)
    {
        var decoder = Decoding.NewDecoder([.. Enumerable.Range(0, products).Select(i => new CatalogProduct($"P{i}", 1.50m, 1))]);
        var lines = Enumerable.Range(0, products * linesOfEach).Select(i => $$"""{"product":"P{{i % products}}","quantity":1}""");
        var value = Encoding.UTF8.GetBytes($$"""{"order_id":"1","lines":[{{string.Join(',', lines)}}]}""");

        Assert.Equal(reason, decoder.Decode(Decoding.Record(value)).Rejection?.Reason);
    }

    [Fact]
    public void Ninety_one_products_are_too_wide_even_where_the_catalog_knows_none()
    {
        var lines = Enumerable.Range(0, 91).Select(i => $$"""{"product":"?{{i}}","quantity":1}""");
        var rejected = Decoding.Rejected($$"""{"order_id":"1","lines":[{{string.Join(',', lines)}}]}""");

        Assert.Equal(RejectionReasons.TooWide, rejected.Reason);
    }

    [Theory]
    [InlineData(32 * 1024, null)]
    [InlineData((32 * 1024) + 1, RejectionReasons.TooLarge)]
    public void The_invoices_lines_have_at_most_64_KiB_in_utf_16(int length, string? reason)
    {
        // 43 lines with a name of 700 characters each, and a last one that fills up to the length to be tested.
        const string frame = """{"product":"","quantity":1,"unit_price":1.50}""";
        var names = Enumerable.Range(0, 43).Select(i => $"{i:00}".PadRight(700, 'é')).ToList();
        names.Add(new string('z', length - 2 - 43 - (43 * (frame.Length + 700)) - frame.Length));
        var decoder = Decoding.NewDecoder([.. names.Select(name => new CatalogProduct(name, 1.50m, 1))]);
        var value = Encoding.UTF8.GetBytes(
            $$"""{"order_id":"1","lines":[{{string.Join(',', names.Select(name => $$"""{"product":"{{name}}","quantity":1}"""))}}]}""");

        var decoded = decoder.Decode(Decoding.Record(value));

        Assert.Equal(reason, decoded.Rejection?.Reason);
        Assert.Equal(reason is not null, decoded.Rejection?.Provisional ?? false);
    }
}
