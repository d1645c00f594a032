using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.Orders.Reading;

namespace FunctionsConsumers.UnitTests.Orders.Reading;

/// <summary>Decodes values against the default catalog.</summary>
internal static class Decoding
{
    public static OrderDecoder Decoder { get; } = NewDecoder(DefaultCatalog.Products);

    public static OrderDecoder NewDecoder(IReadOnlyList<CatalogProduct> products)
    {
        var catalog = new ProductCatalog(new FixedSource(products), TimeProvider.System);
        var reading = catalog.ReadAsync(CancellationToken.None);
        Assert.True(reading.IsCompletedSuccessfully);
        return new OrderDecoder(catalog);
    }

    public static ConsumedRecord Record(byte[]? value) =>
        new(new Coordinates("order-events", 0, 0), DateTimeOffset.UnixEpoch, null, value, []);

    public static Decoded<OrderEvent> Decode(string json) => Decoder.Decode(Record(Encoding.UTF8.GetBytes(json)));

    public static OrderEvent Order(string json)
    {
        var decoded = Decode(json);
        Assert.Null(decoded.Rejection);
        Assert.NotNull(decoded.Event);
        return decoded.Event;
    }

    public static Rejection Rejected(string json)
    {
        var decoded = Decode(json);
        Assert.Null(decoded.Event);
        Assert.NotNull(decoded.Rejection);
        return decoded.Rejection;
    }

    /// <summary>An order in lines with one line of these properties.</summary>
    public static string WithLine(string properties) => $$"""{"order_id":"1","lines":[{{{properties}}}]}""";

    private sealed class FixedSource(IReadOnlyList<CatalogProduct> products) : ICatalogSource
    {
        public Task<IReadOnlyList<CatalogProduct>> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(products);
    }
}
