using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using FunctionsConsumers.Orders.Catalog;

namespace FunctionsConsumers.Peers;

/// <summary>An order as a user of Wolverine would write it down: what the JSON holds, and no rules.</summary>
/// <param name="OrderId">The order's id: a string or digits.</param>
/// <param name="CustomerId">The customer; null where the order names none.</param>
/// <param name="Currency">The currency; null for the catalog's.</param>
/// <param name="Product">The product of an order in the short form.</param>
/// <param name="Quantity">Its quantity; null for one.</param>
/// <param name="Lines">The lines of an order in the full form.</param>
public sealed record OrderPlaced(
    [property: JsonConverter(typeof(TextOrDigits))] string OrderId,
    string? CustomerId,
    string? Currency,
    string? Product,
    int? Quantity,
    IReadOnlyList<OrderPlacedLine>? Lines)
{
    private static readonly Dictionary<string, decimal> Prices =
        DefaultCatalog.Products.ToDictionary(product => product.Name, product => product.Price, StringComparer.Ordinal);

    /// <summary>The order's lines with their prices, whatever its form.</summary>
    public IReadOnlyList<OrderPlacedLine> Priced() =>
        [.. (Lines ?? [new OrderPlacedLine(Product!, Quantity ?? 1, null)])
            .Select(line => line with { UnitPrice = line.UnitPrice ?? Prices[line.Product] })];
}

/// <summary>A line of an order.</summary>
/// <param name="Product">The product.</param>
/// <param name="Quantity">How many.</param>
/// <param name="UnitPrice">The price of one; null for the catalog's.</param>
public sealed record OrderPlacedLine(string Product, int Quantity, decimal? UnitPrice);

/// <summary>Reads a text that may be written as digits.</summary>
public sealed class TextOrDigits : JsonConverter<string>
{
    /// <inheritdoc />
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? Encoding.UTF8.GetString(reader.ValueSpan) : reader.GetString();

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value);
    }
}
