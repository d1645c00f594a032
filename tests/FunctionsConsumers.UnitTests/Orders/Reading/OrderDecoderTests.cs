using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.UnitTests.Orders.Reading;

public sealed class OrderDecoderTests
{
    [Fact]
    public void The_short_form_is_an_order_of_one_piece_at_the_catalogs_price()
    {
        var decoded = Decoding.Decode("""{"order_id": "123", "product": "Laptop"}""");

        Assert.Null(decoded.Rejection);
        Assert.Equal("123", decoded.Subject);
        Assert.Null(decoded.EventId);
        var order = decoded.Event!;
        Assert.Equal("123", order.OrderId);
        Assert.Null(order.CustomerId);
        Assert.Null(order.Email);
        Assert.Null(order.PlacedAt);
        Assert.Equal("EUR", order.Currency);
        Assert.Equal([new OrderLine("Laptop", 1, 1200.00m)], order.Lines);
    }

    [Fact]
    public void The_long_form_carries_everything()
    {
        var order = Decoding.Order("""
            {"order_id": "124", "customer_id": "c-9", "email": "a@example.org", "currency": "EUR", "event_id": "e-1",
             "lines": [{"product": "Phone", "quantity": 2, "unit_price": 399.00}, {"product": "Mouse", "quantity": 1}],
             "placed_at": "2026-11-21T10:00:00Z"}
            """);

        Assert.Equal("c-9", order.CustomerId);
        Assert.Equal("a@example.org", order.Email);
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero), order.PlacedAt);
        Assert.Equal([new OrderLine("Phone", 2, 399.00m), new OrderLine("Mouse", 1, 24.95m)], order.Lines);
        Assert.Equal("822.95", Money.Text(order.Total));
    }

    [Theory]
    [InlineData("\"a\"", "a")]
    [InlineData("\"  x \"", "  x ")]
    [InlineData("\"007\"", "007")]
    [InlineData("\"\\u0041/\\\"\\\\#?%\"", "A/\"\\#?%")]
    [InlineData("\"\\ud83d\\ude00\"", "😀")]
    [InlineData("\"é😀\"", "é😀")]
    [InlineData("0", "0")]
    [InlineData("-0", "-0")]
    [InlineData("-5", "-5")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    public void An_order_id_is_a_string_or_the_digits_of_an_integer(string json, string expected) =>
        Assert.Equal(expected, Decoding.Order($$"""{"order_id":{{json}},"product":"Laptop"}""").OrderId);

    [Theory]
    [InlineData("")]
    [InlineData("\"order_id\":null,")]
    [InlineData("\"order_id\":\"\",")]
    [InlineData("\"order_id\":1.0,")]
    [InlineData("\"order_id\":1e3,")]
    [InlineData("\"order_id\":1E3,")]
    [InlineData("\"order_id\":true,")]
    [InlineData("\"order_id\":[\"1\"],")]
    [InlineData("\"order_id\":{\"id\":1},")]
    [InlineData("\"order_id\":\"a\\nb\",")]
    [InlineData("\"order_id\":\"a\\u0000\",")]
    [InlineData("\"order_id\":\"a\\u007f\",")]
    [InlineData("\"order_id\":\"a\\u0085\",")]
    [InlineData("\"Order_Id\":\"1\",")]
    [InlineData("\"order_id \":\"1\",")]
    public void A_value_without_a_good_order_id_is_not_an_order(string property)
    {
        var decoded = Decoding.Decode($$"""{{{property}}"product":"Laptop"}""");

        Assert.Equal(RejectionReasons.NotAnOrder, decoded.Rejection?.Reason);
        Assert.Contains("order_id", decoded.Rejection!.Detail, StringComparison.Ordinal);
        Assert.Null(decoded.Subject);
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(200, null)]
    [InlineData(201, RejectionReasons.NotAnOrder)]
    [InlineData(1000, RejectionReasons.NotAnOrder)]
    [InlineData(1001, RejectionReasons.TooLarge)]
    public void The_length_of_an_order_id_has_a_limit(int length, string? reason)
    {
        var id = new string('x', length);

        Assert.Equal(reason, Decoding.Decode($$"""{"order_id":"{{id}}","product":"Laptop"}""").Rejection?.Reason);
    }

    [Theory]
    [InlineData(200, null)]
    [InlineData(201, RejectionReasons.NotAnOrder)]
    [InlineData(5000, RejectionReasons.NotAnOrder)]
    public void The_digits_of_an_integer_order_id_have_the_same_limit(int length, string? reason)
    {
        var id = new string('7', length);

        Assert.Equal(reason, Decoding.Decode($$"""{"order_id":{{id}},"product":"Laptop"}""").Rejection?.Reason);
    }

    [Theory]
    [InlineData("""{"order_id":"1"}""")]
    [InlineData("""{"order_id":"1","product":"Laptop","lines":[{"product":"Phone","quantity":1}]}""")]
    [InlineData("""{"order_id":"1","product":"Laptop","lines":[]}""")]
    [InlineData("""{"order_id":"1","product":null}""")]
    [InlineData("""{"order_id":"1","product":null,"lines":null}""")]
    [InlineData("""{"order_id":"1","quantity":2}""")]
    [InlineData("""{"order_id":"1","lines":[]}""")]
    [InlineData("""{"order_id":"1","lines":{}}""")]
    [InlineData("""{"order_id":"1","lines":"Laptop"}""")]
    [InlineData("""{"order_id":"1","lines":[null]}""")]
    [InlineData("""{"order_id":"1","lines":["Laptop"]}""")]
    [InlineData("""{"order_id":"1","lines":[[{"product":"Laptop","quantity":1}]]}""")]
    [InlineData("""{"order_id":"1","lines":[{}]}""")]
    [InlineData("""{"order_id":"1","lines":[{"quantity":1}]}""")]
    [InlineData("""{"order_id":"1","lines":[{"product":null,"quantity":1}]}""")]
    [InlineData("""{"order_id":"1","lines":[{"product":5,"quantity":1}]}""")]
    [InlineData("""{"order_id":"1","product":5}""")]
    [InlineData("""{"order_id":"1","product":["Laptop"]}""")]
    [InlineData("""{"order_id":"1","lines":[{"product":"Laptop","quantity":1}],"quantity":2}""")]
    [InlineData("""{"order_id":"1","lines":[{"product":"Laptop","quantity":1}],"unit_price":2}""")]
    [InlineData("""{"order_id":"1","product":"Laptop","unit_price":2}""")]
    [InlineData("""{"order_id":"1","product":"Laptop","customer_id":true}""")]
    [InlineData("""{"order_id":"1","product":"Laptop","customer_id":"a\tb"}""")]
    [InlineData("""{"order_id":"1","product":"Laptop","event_id":1.5}""")]
    [InlineData("""{"order_id":"1","product":"Laptop","event_id":"a\u0001"}""")]
    public void What_is_not_one_form_whole_is_not_an_order(string json) =>
        Assert.Equal(RejectionReasons.NotAnOrder, Decoding.Rejected(json).Reason);

    [Theory]
    [InlineData("""{"order_id":"1","product":"Laptop","lines":null}""")]
    [InlineData("""{"order_id":"1","product":null,"lines":[{"product":"Laptop","quantity":1}]}""")]
    [InlineData("""{"order_id":"1","lines":[{"product":"Laptop"}]}""")]
    [InlineData(
        """{"order_id":"1","product":"Laptop","customer_id":null,"email":null,"currency":null,"placed_at":null,"event_id":null}""")]
    [InlineData("""{"product":"Laptop","unknown":{"a":[1,{"b":null}]},"order_id":"1"}""")]
    [InlineData(" \r\n\t{ \"order_id\" : \"1\" , \"product\" : \"Laptop\" } \n")]
    [InlineData("""{"order_id":"1","\u0070roduct":"L\u0061ptop"}""")]
    [InlineData("""{"order_id":"1","product":"Laptop","note":"half of \ud83d a pair"}""")]
    public void What_says_the_same_in_other_words_is_the_same_order(string json) =>
        Assert.Equal([new OrderLine("Laptop", 1, 1200m)], Decoding.Order(json).Lines);

    [Fact]
    public void Lines_of_one_product_stay_separate_and_add_up_for_the_stock()
    {
        var order = Decoding.Order("""
            {"order_id":"1",
             "lines":[{"product":"Mouse","quantity":2},{"product":"Phone","quantity":1},{"product":"Mouse","quantity":3,"unit_price":20}]}
            """);

        Assert.Equal([new OrderLine("Mouse", 2, 24.95m), new OrderLine("Phone", 1, 399m), new OrderLine("Mouse", 3, 20m)], order.Lines);
        Assert.Equal([KeyValuePair.Create("Mouse", 5L), KeyValuePair.Create("Phone", 1L)], order.QuantitiesByProduct());
    }

    [Theory]
    [InlineData("\"e-7\"", "e-7")]
    [InlineData("42", "42")]
    [InlineData("\"\"", null)]
    [InlineData("null", null)]
    public void The_event_id_is_a_string_or_an_integer_and_empty_is_none(string json, string? expected) =>
        Assert.Equal(expected, Decoding.Decode($$"""{"order_id":"1","product":"Laptop","event_id":{{json}}}""").EventId);

    [Theory]
    [InlineData("\"c-1\"", "c-1")]
    [InlineData("42", "42")]
    public void A_customer_id_is_a_string_or_an_integer(string json, string expected) =>
        Assert.Equal(expected, Decoding.Order($$"""{"order_id":"1","product":"Laptop","customer_id":{{json}}}""").CustomerId);

    [Theory]
    [InlineData("""{"order_id":"9","event_id":"e","product":"Laptop","quantity":0}""")]
    [InlineData("""{"quantity":0,"product":"Laptop","event_id":"e","order_id":"9"}""")]
    [InlineData("""{"order_id":"9","event_id":"e","product":"Nothing"}""")]
    public void A_rejection_names_the_subject_wherever_it_stands(string json)
    {
        var decoded = Decoding.Decode(json);

        Assert.NotNull(decoded.Rejection);
        Assert.Equal("9", decoded.Subject);
        Assert.Equal("e", decoded.EventId);
    }

    [Theory]
    [InlineData("Nothing")]
    [InlineData("laptop")]
    [InlineData("Laptop ")]
    [InlineData("")]
    public void A_product_that_the_catalog_does_not_know_is_poison_for_now(string product)
    {
        var rejection = Decoding.Rejected($$"""{"order_id":"1","product":"{{product}}"}""");

        Assert.Equal(RejectionReasons.UnknownProduct, rejection.Reason);
        Assert.True(rejection.Provisional);
    }

    [Fact]
    public void Only_a_verdict_that_hangs_on_the_catalog_is_provisional()
    {
        var both = Decoding.Rejected("""{"order_id":"1","lines":[{"product":"Nothing","quantity":0}]}""");

        Assert.Equal(RejectionReasons.BadQuantity, both.Reason);
        Assert.False(both.Provisional);
    }

    [Theory]
    [InlineData("\"USD\"", "USD")]
    [InlineData("\"EUR\"", "EUR")]
    [InlineData("\"\\u0045UR\"", "EUR")]
    public void An_order_carries_its_currency(string json, string expected) =>
        Assert.Equal(expected, Decoding.Order(
            $$"""{"order_id":"1","currency":{{json}},"lines":[{"product":"Phone","quantity":1,"unit_price":5}]}""").Currency);

    [Theory]
    [InlineData("\"eur\"")]
    [InlineData("\"EURO\"")]
    [InlineData("\"EU\"")]
    [InlineData("\"\"")]
    [InlineData("\"ÄÖÜ\"")]
    [InlineData("978")]
    public void A_currency_is_three_capital_letters(string json) =>
        Assert.Equal(
            RejectionReasons.NotAnOrder, Decoding.Rejected($$"""{"order_id":"1","currency":{{json}},"product":"Phone"}""").Reason);

    [Theory]
    [InlineData("""{"order_id":"1","currency":"USD","product":"Phone"}""")]
    [InlineData("""
        {"order_id":"1","lines":[{"product":"Phone","quantity":1,"unit_price":1},{"product":"Mouse","quantity":1}],"currency":"USD"}
        """)]
    public void An_order_in_another_currency_must_carry_its_prices(string json)
    {
        var rejection = Decoding.Rejected(json);

        Assert.Equal(RejectionReasons.BadPrice, rejection.Reason);
        Assert.False(rejection.Provisional);
    }

    [Theory]
    [InlineData("2026-11-21", "2026-11-21T00:00:00+00:00")]
    [InlineData("2026-11-21T10:00", "2026-11-21T10:00:00+00:00")]
    [InlineData("2026-11-21T10:00:00", "2026-11-21T10:00:00+00:00")]
    [InlineData("2026-11-21T10:00:00Z", "2026-11-21T10:00:00+00:00")]
    [InlineData("2026-11-21T10:00:00.123456Z", "2026-11-21T10:00:00.123456+00:00")]
    [InlineData("2026-11-21T10:00:00+05:30", "2026-11-21T10:00:00+05:30")]
    [InlineData("2024-02-29T00:00:00-11:00", "2024-02-29T00:00:00-11:00")]
    [InlineData("0001-01-01", "0001-01-01T00:00:00+00:00")]
    public void The_time_of_an_order_is_iso_8601_and_utc_unless_it_says_otherwise(string text, string expected)
    {
        var order = Decoding.Order($$"""{"order_id":"1","product":"Phone","placed_at":"{{text}}"}""");

        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), order.PlacedAt);
    }

    [Theory]
    [InlineData("\"yesterday\"")]
    [InlineData("\"\"")]
    [InlineData("\"21.11.2026\"")]
    [InlineData("\"2026-13-01\"")]
    [InlineData("\"2023-02-29\"")]
    [InlineData("\"2026-11-21 10:00:00\"")]
    [InlineData("\"2026-11-21T25:00:00Z\"")]
    [InlineData("\"Sat, 21 Nov 2026 10:00:00 GMT\"")]
    [InlineData("1795255200")]
    public void What_is_no_iso_8601_time_is_not_an_order(string json) =>
        Assert.Equal(
            RejectionReasons.NotAnOrder, Decoding.Rejected($$"""{"order_id":"1","product":"Phone","placed_at":{{json}}}""").Reason);

    [Fact]
    public async Task A_refresh_makes_a_product_known_that_was_added_since()
    {
        var products = new List<CatalogProduct>(DefaultCatalog.Products);
        var decoder = Decoding.NewDecoder(products);
        var record = Decoding.Record("""{"order_id":"1","product":"Drone"}"""u8.ToArray());
        Assert.Equal(RejectionReasons.UnknownProduct, decoder.Decode(record).Rejection?.Reason);

        products.Add(new CatalogProduct("Drone", 10m, 1));
        await decoder.RefreshAsync(CancellationToken.None);

        Assert.Equal([new OrderLine("Drone", 1, 10m)], decoder.Decode(record).Event?.Lines);
    }

    [Fact]
    public void Two_orders_with_one_id_are_told_apart_in_the_domains_word() =>
        Assert.Equal(RejectionReasons.OrderExists, Decoding.Decoder.SubjectExistsReason);
}
