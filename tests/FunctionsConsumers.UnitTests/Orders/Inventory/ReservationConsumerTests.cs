using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Inventory;
using FunctionsConsumers.UnitTests.Orders.Reading;

namespace FunctionsConsumers.UnitTests.Orders.Inventory;

public sealed class ReservationConsumerTests
{
    [Fact]
    public void The_group_reserves_one_row_of_the_kind_reservation()
    {
        Assert.Equal("inventory", ReservationConsumer.Group);
        Assert.Equal("reservation", ReservationConsumer.EffectKind);
    }

    [Fact]
    public void Lines_of_one_product_add_up_in_the_row_and_in_one_counter()
    {
        var order = Decoding.Order("""
            {"order_id":"124","lines":[{"product":"Mouse","quantity":2},{"product":"Phone","quantity":1},{"product":"Mouse","quantity":3}]}
            """);

        var plan = new ReservationConsumer().Plan(order, Planning.Identity("inventory"));

        Assert.Equal(
            new Dictionary<string, object>
            {
                ["OrderId"] = "124",
                ["Lines"] = """[{"product":"Mouse","quantity":5},{"product":"Phone","quantity":1}]""",
            },
            plan.Effect);
        Assert.Equal(
            [new Addition("stock!Mouse!order-events:3", "Reserved", 5), new Addition("stock!Phone!order-events:3", "Reserved", 1)],
            plan.Additions);
        Assert.Empty(plan.Inserts);
        Assert.Empty(plan.Messages);
    }

    [Fact]
    public void The_widest_order_fits_one_transaction()
    {
        var names = Enumerable.Range(0, 90).Select(i => $"Product {i:00}").ToList();
        var decoder = Decoding.NewDecoder([.. names.Select(name => new CatalogProduct(name, 1m, 1))]);
        var lines = Enumerable.Range(0, 500).Select(i => $$"""{"product":"{{names[i % 90]}}","quantity":1000000}""");
        var order = decoder.Decode(Decoding.Record(Encoding.UTF8.GetBytes($$"""{"order_id":"1","lines":[{{string.Join(',', lines)}}]}""")))
            .Event!;

        var plan = new ReservationConsumer().Plan(order, Planning.Identity("inventory"));

        Assert.Equal(90, plan.Additions.Select(addition => addition.RowKey).Distinct().Count());
        Assert.InRange(1 + plan.Inserts.Count + plan.Additions.Count, 1, TransactionLimits.MaxRows);
        Assert.Equal(500_000_000, plan.Additions.Sum(addition => addition.Amount));
        Assert.InRange(((string)plan.Effect["Lines"]).Length, 1, 32 * 1024);
    }

    [Fact]
    public void The_same_order_always_gives_the_same_plan()
    {
        var order = Decoding.Order("""{"order_id":"1","product":"Laptop"}""");

        var first = new ReservationConsumer().Plan(order, Planning.Identity("inventory"));
        var second = new ReservationConsumer().Plan(order, Planning.Identity("inventory"));

        Assert.Equal(first.Effect, second.Effect);
        Assert.Equal(first.Additions, second.Additions);
    }
}
