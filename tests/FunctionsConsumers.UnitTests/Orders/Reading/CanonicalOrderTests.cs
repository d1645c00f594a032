using System.Security.Cryptography;
using System.Text;
using FunctionsConsumers.Orders.Catalog;

namespace FunctionsConsumers.UnitTests.Orders.Reading;

/// <summary>The canonical form of an order, version 1. Rows hold its hash: these values are never to be changed.</summary>
public sealed class CanonicalOrderTests
{
    private const string Whole = """
        {"order_id": "124", "customer_id": "c-9", "email": "a@example.org", "currency": "EUR",
         "lines": [{"product": "Phone", "quantity": 2, "unit_price": 399.00}, {"product": "Mouse"}], "placed_at": "2026-11-21T10:00:00Z"}
        """;

    [Fact]
    public void The_form_is_the_documented_one()
    {
        Assert.Equal("order 1\nid 3 123\ncurrency EUR\nline 1 - 6 Laptop\n", Form("""{"order_id": "123", "product": "Laptop"}"""));
        Assert.Equal(
            "order 1\nid 3 124\ncustomer 3 c-9\nemail 13 a@example.org\ncurrency EUR\nplaced 2026-11-21T10:00:00Z\nline 2 399 5 "
            + "Phone\nline 1 - 5 Mouse\n",
            Form(Whole));
    }

    [Theory]
    [InlineData("""{"order_id": "123", "product": "Laptop"}""", "b7ee964ad5154a80ec3f8243735ae6ca515fe5ebe5bd89b2aefa6579beca3646")]
    [InlineData(Whole, "d24b5bad2f3e5d893f7b46169d9e8e39493df45435f13a98d334d565a9c4c97f")]
    public void The_fingerprint_of_the_form_is_a_known_value(string value, string sha256) =>
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(Decoding.Decode(value).Canonical!)));

    [Theory]
    [InlineData("""
        {"lines":[{"unit_price":399,"quantity":2,"product":"Phone"},{"product":"Mouse","quantity":1}],
         "placed_at":"2026-11-21T10:00:00Z","customer_id":"c-9","email":"a@example.org","order_id":"124"}
        """)]
    [InlineData("""
        {"order_id":124,"customer_id":"c-9","email":"a@example.org","currency":null,
         "lines":[{"product":"Pho\u006ee","quantity":2,"unit_price":3.99e2},{"product":"Mouse"}],
         "placed_at":"2026-11-21T11:00:00.000+01:00","event_id":"e-1","note":{"x":[1]}}
        """)]
    public void The_same_order_written_otherwise_has_the_same_form(string otherwise) => Assert.Equal(Form(Whole), Form(otherwise));

    [Theory]
    [InlineData("""{"order_id":"1","product":"Mouse"}""", """{"order_id":"1","product":"Mouse","quantity":1}""")]
    [InlineData(
        """{"order_id":"1","product":"Mouse"}""", """{"order_id":"1","lines":[{"product":"Mouse"}],"customer_id":"","email":null}""")]
    [InlineData("""{"order_id":"1","lines":[{"product":"Mouse","unit_price":2.5}]}""",
        """{"order_id":"1","lines":[{"product":"Mouse","unit_price":2.50}]}""")]
    [InlineData("""{"order_id":"1","lines":[{"product":"Mouse","unit_price":0}]}""",
        """{"order_id":"1","lines":[{"product":"Mouse","unit_price":-0.000000}]}""")]
    [InlineData("""{"order_id":"1","product":"Mouse","placed_at":"2026-11-21"}""",
        """{"order_id":"1","product":"Mouse","placed_at":"2026-11-21T00:00"}""")]
    [InlineData("""{"order_id":"1","product":"Mouse","placed_at":"2026-11-21T10:00:00.12345678"}""",
        """{"order_id":"1","product":"Mouse","placed_at":"2026-11-21T10:00:00.1234567Z"}""")]
    public void Two_spellings_are_one_order(string one, string other) => Assert.Equal(Form(one), Form(other));

    [Theory]
    [InlineData("""{"order_id":"2","product":"Mouse"}""")]
    [InlineData("""{"order_id":"1","product":"Laptop"}""")]
    [InlineData("""{"order_id":"1","product":"Mouse","quantity":2}""")]
    [InlineData("""{"order_id":"1","product":"Mouse","customer_id":"c"}""")]
    [InlineData("""{"order_id":"1","product":"Mouse","email":"a@example.org"}""")]
    [InlineData("""{"order_id":"1","product":"Mouse","placed_at":"2026-11-21"}""")]
    [InlineData("""{"order_id":"1","lines":[{"product":"Mouse","unit_price":24.95}]}""")]
    [InlineData("""{"order_id":"1","currency":"USD","lines":[{"product":"Mouse","unit_price":24.95}]}""")]
    [InlineData("""{"order_id":"1","lines":[{"product":"Mouse"},{"product":"Mouse"}]}""")]
    public void Another_order_has_another_form(string other) =>
        Assert.NotEqual(Form("""{"order_id":"1","product":"Mouse"}"""), Form(other));

    [Fact]
    public void The_order_of_the_lines_is_the_invoices_and_counts() => Assert.NotEqual(
        Form("""{"order_id":"1","lines":[{"product":"Mouse"},{"product":"Laptop"}]}"""),
        Form("""{"order_id":"1","lines":[{"product":"Laptop"},{"product":"Mouse"}]}"""));

    [Fact]
    public void What_the_catalog_says_is_not_in_the_form()
    {
        var record = Decoding.Record("""{"order_id":"1","product":"Abacus"}"""u8.ToArray());
        var unknown = Decoding.Decoder.Decode(record);
        var known = Decoding.NewDecoder([new CatalogProduct("Abacus", 12.5m, 1)]).Decode(record);
        Assert.Equal("unknown-product", unknown.Rejection?.Reason);
        Assert.Equal(known.Canonical, unknown.Canonical);
        Assert.NotNull(known.Canonical);
    }

    [Fact]
    public void No_text_can_look_like_the_line_after_it() => Assert.NotEqual(
        Form("""{"order_id":"1","lines":[{"product":"a"},{"product":"b"}]}"""),
        Form("""{"order_id":"1","lines":[{"product":"a\nline 1 - 1 b"}]}"""));

    [Fact]
    public void What_is_no_order_has_no_form() => Assert.Null(Decoding.Decode("""{"order_id":"1"}""").Canonical);

    private static string Form(string value) => Encoding.UTF8.GetString(Decoding.Decode(value).Canonical!);
}
