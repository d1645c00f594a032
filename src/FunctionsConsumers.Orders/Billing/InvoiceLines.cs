using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
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

    // The text goes into a table's column and not into HTML, and the table client escapes it a second time: what need
    // not be escaped is not.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The lines as JSON, <c>[{"product","quantity","unit_price"}]</c>, in the order's own order.</summary>
    /// <param name="lines">The lines.</param>
    /// <returns>The JSON.</returns>
    public static string Json(IReadOnlyList<OrderLine> lines)
    {
        var buffer = new ArrayBufferWriter<byte>(lines.Count * 96);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartArray();
            foreach (var line in lines)
            {
                json.WriteStartObject();
                json.WriteString("product"u8, line.Product);
                json.WriteNumber("quantity"u8, line.Quantity);
                json.WriteNumber("unit_price"u8, line.UnitPrice);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Whether the lines are too long for a column. Usually answered without writing them.</summary>
    /// <param name="lines">The lines.</param>
    /// <returns>Whether they are.</returns>
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
