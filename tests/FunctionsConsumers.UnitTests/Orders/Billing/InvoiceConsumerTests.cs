using System.Text.Json;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Billing;
using FunctionsConsumers.UnitTests.Orders.Reading;

namespace FunctionsConsumers.UnitTests.Orders.Billing;

public sealed class InvoiceConsumerTests
{
    private static Plan PlanOf(string json) => new InvoiceConsumer().Plan(Decoding.Order(json), Planning.Identity("billing"));

    [Fact]
    public void The_group_bills_one_row_of_the_kind_invoice()
    {
        Assert.Equal("billing", InvoiceConsumer.Group);
        Assert.Equal("invoice", InvoiceConsumer.EffectKind);
    }

    [Fact]
    public void An_invoice_has_the_columns_of_the_contract_and_nothing_beside()
    {
        var plan = PlanOf("""
            {"order_id":"124","customer_id":"c-9","currency":"USD","email":"a@example.org",
             "lines":[{"product":"Phone","quantity":2,"unit_price":399},
                      {"product":"Mouse","quantity":1,"unit_price":1.2345},
                      {"product":"Phone","quantity":1,"unit_price":0}]}
            """);

        Assert.Equal(
            new Dictionary<string, object>
            {
                ["OrderId"] = "124",
                ["CustomerId"] = "c-9",
                ["Currency"] = "USD",
                ["Total"] = "799.2345",
                ["Lines"] = """[{"product":"Phone","quantity":2,"unit_price":399.00},"""
                    + """{"product":"Mouse","quantity":1,"unit_price":1.2345},{"product":"Phone","quantity":1,"unit_price":0.00}]""",
            },
            plan.Effect);
        Assert.Empty(plan.Inserts);
        Assert.Empty(plan.Additions);
        Assert.Empty(plan.Messages);
    }

    [Fact]
    public void The_short_form_is_billed_at_the_catalogs_price_to_nobody_in_particular()
    {
        var plan = PlanOf("""{"order_id":"123","product":"Laptop","quantity":3}""");

        Assert.Equal("", plan.Effect["CustomerId"]);
        Assert.Equal("EUR", plan.Effect["Currency"]);
        Assert.Equal("3600.00", plan.Effect["Total"]);
        Assert.Equal("""[{"product":"Laptop","quantity":3,"unit_price":1200.00}]""", plan.Effect["Lines"]);
    }

    [Fact]
    public void A_products_name_stands_as_it_is_where_json_allows_it()
    {
        const string name = "Größe <M> & 'é' \"quoted\" \\";
        var decoder = Decoding.NewDecoder([new FunctionsConsumers.Orders.Catalog.CatalogProduct(name, 1m, 1)]);
        var order = decoder.Decode(Decoding.Record(JsonSerializer.SerializeToUtf8Bytes(new { order_id = "1", product = name }))).Event!;

        var lines = (string)new InvoiceConsumer().Plan(order, Planning.Identity("billing")).Effect["Lines"];

        Assert.StartsWith("""[{"product":"Größe <M> & 'é' \"quoted\" \\",""", lines, StringComparison.Ordinal);
        Assert.Equal(name, JsonDocument.Parse(lines).RootElement[0].GetProperty("product").GetString());
    }
}
