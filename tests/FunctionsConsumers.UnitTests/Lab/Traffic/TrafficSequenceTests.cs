using System.Security.Cryptography;
using System.Text;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Lab.Traffic;

namespace FunctionsConsumers.UnitTests.Lab.Traffic;

public sealed class TrafficSequenceTests
{
    private static readonly TrafficPlan Plan = new(5_000, 0.2m, 0.02m, 7);

    [Fact]
    public void The_same_seed_gives_the_same_bytes() => Assert.Equal(Digest(Plan), Digest(Plan));

    [Fact]
    public void The_bytes_of_a_seed_stay_what_they_were() =>
        Assert.Equal("e62ed00b77d330de", Digest(Plan)[..16]);

    [Fact]
    public void Another_seed_gives_other_orders()
    {
        var first = Orders(Plan).Select(Key).ToHashSet();
        Assert.DoesNotContain(Orders(Plan with { Seed = 8 }), order => first.Contains(Key(order)));
    }

    [Theory]
    [InlineData(5_000, "0.2", "0.02", 1_000, 100)]
    [InlineData(1, "0.5", "0.5", 1, 1)]
    [InlineData(1, "0.49", "0.49", 0, 0)]
    [InlineData(0, "1", "1", 0, 0)]
    [InlineData(10, "3", "2", 30, 20)]
    public void A_plan_gives_exactly_the_records_it_says(int orders, string duplicates, string poison, int resends, int poisoned)
    {
        var plan = new TrafficPlan(orders, decimal.Parse(duplicates, null), decimal.Parse(poison, null), 3);
        var records = TrafficSequence.Of(plan).ToList();

        Assert.Equal(orders, records.Count(record => record.Kind == TrafficKind.Order));
        Assert.Equal(resends, records.Count(record => record.Kind == TrafficKind.Resend));
        Assert.Equal(poisoned, records.Count(record => record.Kind == TrafficKind.Poison));
        Assert.Equal(plan.RecordCount, records.Count);
    }

    [Fact]
    public void Every_resend_has_the_key_the_bytes_and_the_headers_of_an_order_before_it()
    {
        var before = new Dictionary<string, TrafficRecord>();
        foreach (var record in TrafficSequence.Of(Plan))
        {
            if (record.Kind == TrafficKind.Order)
            {
                before.Add(Key(record), record);
            }
            else if (record.Kind == TrafficKind.Resend)
            {
                var order = before[Key(record)];
                Assert.Equal(order.Value, record.Value);
                Assert.Equal(order.Headers, record.Headers);
            }
        }
    }

    [Fact]
    public void Orders_have_distinct_ids_which_are_their_keys_and_read_as_orders()
    {
        var reader = new OrderReader();
        var catalog = new CatalogReading(ValidOrders.Products.ToDictionary(product => product, _ => 10m));
        var ids = new HashSet<string>();
        foreach (var record in Orders(Plan))
        {
            var order = reader.Read(record.Value);
            Assert.NotNull(order);
            Assert.True(catalog.Allows(order));
            Assert.Equal(Key(record), order.Id);
            Assert.True(ids.Add(order.Id));
        }

        Assert.Equal(Plan.Orders, ids.Count);
    }

    [Fact]
    public void No_poison_reads_as_an_order()
    {
        var reader = new OrderReader();
        var catalog = new CatalogReading(ValidOrders.Products.ToDictionary(product => product, _ => 10m));
        foreach (var record in TrafficSequence.Of(Plan with { Poison = 0.4m }).Where(record => record.Kind == TrafficKind.Poison))
        {
            var order = reader.Read(record.Value);
            Assert.False(order is not null
                && catalog.Allows(order), record.Value is null ? "null" : Encoding.UTF8.GetString(record.Value));
        }
    }

    [Fact]
    public void Orders_are_a_mix_of_both_forms_with_and_without_address_price_quantity_and_currency()
    {
        var reader = new OrderReader();
        var orders = Orders(Plan).Select(
            record => (Text: Encoding.UTF8.GetString(record.Value!), Order: reader.Read(record.Value)!, record.Headers)).ToList();

        AssertShare(0.4, 0.6, orders.Count(order => order.Text.Contains("\"lines\"", StringComparison.Ordinal)));
        AssertShare(0.4, 0.6, orders.Count(order => order.Order.Email is not null));
        AssertShare(0.02, 0.2, orders.Count(order => order.Order.Currency != "EUR"));
        AssertShare(0.1, 0.6, orders.Count(order => order.Order.Lines.Any(line => line.UnitPrice is not null)));
        AssertShare(0.3, 0.7, orders.Count(order => order.Order.Lines.Any(line => line.Quantity > 1)));
        AssertShare(0.05, 0.4, orders.Count(order => order.Headers.Count > 0));
        AssertShare(0.02, 0.2, orders.Count(order => order.Text.Contains("event_id", StringComparison.Ordinal)));
        AssertShare(0.01, 0.2, orders.Count(order => order.Text.StartsWith("{\"order_id\":7", StringComparison.Ordinal)));
        Assert.Equal([1, 2, 3, 4, 5], orders.Select(order => order.Order.Lines.Length).Distinct().Order());
    }

    [Fact]
    public void Kinds_are_spread_over_the_whole_sequence()
    {
        var records = TrafficSequence.Of(Plan).ToList();
        for (var tenth = 0; tenth < 10; tenth++)
        {
            var slice = records.Skip(tenth * records.Count / 10).Take(records.Count / 10).ToList();
            Assert.InRange(slice.Count(record => record.Kind == TrafficKind.Resend), 50, 150);
            Assert.InRange(slice.Count(record => record.Kind == TrafficKind.Poison), 1, 25);
        }
    }

    [Fact]
    public void Huge_values_are_few_however_much_poison_there_is()
    {
        var huge = Enumerable.Range(1, 4_000).Select(number => PoisonRecords.Make(1, number)).Count(
            record => record.Value?.Length > 512 * 1024);
        Assert.InRange(huge, 1, 3);
    }

    private static IEnumerable<TrafficRecord> Orders(TrafficPlan plan) =>
        TrafficSequence.Of(plan).Where(record => record.Kind == TrafficKind.Order);

    private static string Key(TrafficRecord record) => Encoding.UTF8.GetString(record.Key);

    private static void AssertShare(double least, double most, int count) => Assert.InRange(count / (double)Plan.Orders, least, most);

    private static string Digest(TrafficPlan plan)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var record in TrafficSequence.Of(plan))
        {
            hash.AppendData(record.Key);
            hash.AppendData(record.Value ?? [0]);
            foreach (var (name, value) in record.Headers)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(name));
                hash.AppendData(value);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
