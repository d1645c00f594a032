using System.Text;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Lab.Traffic;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Reading;

namespace FunctionsConsumers.UnitTests.Audit.Orders;

/// <summary>
/// Two readings of one contract, made apart: over traffic that is spoiled at random, whatever the decoder takes for an
/// order the audit does too, and the reverse. A difference is a rule that one of them misread.
/// </summary>
public sealed class OrderReaderAgainstDecoderTests
{
    private const ulong Stream = 3UL << 40;

    private static readonly string[] Pieces =
    [
        "null", "0", "-1", "1", "2.0", "1e2", "1.00005", "0.10000", "-0", "\"\"", "\"2\"", "\"EUR\"", "\"USD\"", "\"Laptop\"",
        "\"Nothing\"", "[]", "{}", "true", "79228162514264337593543950335", "1e24",
        "\"quantity\"", "\"product\"", "\"lines\"", "\"unit_price\"", "\"order_id\"", "\"email\"", "\"currency\"", "\"customer_id\"",
        "\"event_id\"", "\"placed_at\"",
        ",", ":", "{", "}", "[", "]", "\"", "\\u0000", "\\n", "@", "2026-02-30", "T25:00", "\"2026-11-21\"", "\"2026-11-21T10:00:00Z\"",
        "é", "\u007f", " ",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Audit_and_decoder_agree_on_what_is_an_order(long seed)
    {
        var catalog = new ProductCatalog(new DefaultCatalog(), TimeProvider.System);
        await catalog.ReadAsync(TestContext.Current.CancellationToken);
        var decoder = new OrderDecoder(catalog);
        var audited = new CatalogReading(catalog.Products.ToDictionary(product => product.Name, product => product.Price));
        var reader = new FunctionsConsumers.Audit.Orders.OrderReader();
        var random = new RandomSequence(seed, Stream);
        foreach (var record in TrafficSequence.Of(new TrafficPlan(3_000, 0, 0.3m, seed)))
        {
            var value = random.Chance(85) ? Spoil(record.Value, random) : record.Value;
            var decoded = decoder.Decode(
                new ConsumedRecord(new Coordinates("order-events", 0, 0), DateTimeOffset.UnixEpoch, null, value, [])).Event;
            var read = reader.Read(value) is { } order && audited.Allows(order) ? order : null;

            Assert.True(decoded?.OrderId == read?.Id,
                $"decoder: {decoded?.OrderId ?? "no order"}, audit: {read?.Id ?? "no order"}: {Encoding.UTF8.GetString(value ?? [])}");
            if (decoded is not null && read is not null)
            {
                Assert.Equal((decoded.Currency, decoded.Email), (read.Currency, read.Email));
                Assert.Equal(decoded.Lines.Select(line => (line.Product, (long)line.Quantity)),
                    read.Lines.Select(line => (line.Product, line.Quantity)));
            }
        }
    }

    private static byte[]? Spoil(byte[]? value, RandomSequence random)
    {
        if (value is null || value.Length > 4_096)
        {
            return value;
        }

        var text = Encoding.UTF8.GetString(value);
        for (var times = random.Between(1, 2); times > 0; times--)
        {
            // In the place of a whole token more often than anywhere: what breaks the syntax says little about the rules.
            var at = (int)random.Below(text.Length + 1L);
            var colon = random.Chance(70) ? text.IndexOf(':', at) : -1;
            var end = colon < 0 ? -1 : text.AsSpan(colon).IndexOfAny(',', '}');
            text = end > 0
                ? string.Concat(text.AsSpan(0, colon + 1), random.Pick(Pieces), text.AsSpan(colon + end))
                : text.Remove(at, Math.Min(random.Between(0, 3), text.Length - at)).Insert(at, random.Pick(Pieces));
        }

        return Encoding.UTF8.GetBytes(text);
    }

    private sealed class DefaultCatalog : ICatalogSource
    {
        public Task<IReadOnlyList<CatalogProduct>> ReadAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<CatalogProduct>>(
                [.. ValidOrders.Products.Select((product, at) => new CatalogProduct(product, 10.00m * (at + 1), 1_000))]);
    }
}
