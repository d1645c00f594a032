using System.Text.Json;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.Orders.Billing;

/// <summary>The lines of an order as the invoice's column <c>Lines</c> keeps them.</summary>
internal static class InvoiceLines
{
    // Braces, names, the largest quantity, the longest price and a comma.
    private const int LongestLineWithoutName = 90;

    // A UTF-16 code unit becomes at most six characters, \u and four digits.
    private const int LongestEscape = 6;

    private static readonly JsonEncodedText Product = JsonEncodedText.Encode("product");
    private static readonly JsonEncodedText Quantity = JsonEncodedText.Encode("quantity");
    private static readonly JsonEncodedText UnitPrice = JsonEncodedText.Encode("unit_price");

    /// <summary>The lines as JSON, <c>[{"product","quantity","unit_price"}]</c>, in the order's own order.</summary>
    public static string Json(IReadOnlyList<OrderLine> lines)
    {
        return ColumnJson.Write(lines, static (json, lines) =>
        {
            json.WriteStartArray();
            for (var i = 0; i < lines.Count; i++)
            {
                json.WriteStartObject();
                json.WriteString(Product, lines[i].Product);
                json.WriteNumber(Quantity, lines[i].Quantity);
                json.WriteNumber(UnitPrice, lines[i].UnitPrice);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    /// <summary>Whether the lines are too long for a column. Usually answered without writing them.</summary>
    public static bool ExceedColumn(IReadOnlyList<OrderLine> lines)
    {
        var bound = 0;
        foreach (var line in lines)
        {
            bound += LongestLineWithoutName + (line.Product.Length * LongestEscape);
        }

        return bound > OrderLimits.MaxColumnLength && Json(lines).Length > OrderLimits.MaxColumnLength;
    }
}
