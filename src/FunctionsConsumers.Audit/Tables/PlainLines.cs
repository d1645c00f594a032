using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FunctionsConsumers.Audit.Orders;

namespace FunctionsConsumers.Audit.Tables;

/// <summary>
/// Reads the column <c>Lines</c> as consumers write it, in one go: ASCII without escapes, and in each line a product, a
/// quantity and perhaps a price, once each. Says nothing of any other text.
/// </summary>
internal sealed class PlainLines
{
    private readonly SharedTexts _texts = new();
    private readonly List<AuditedLine> _lines = [];
    private byte[] _bytes = new byte[1024];

    /// <summary>Reads a column.</summary>
    /// <param name="text">The column.</param>
    /// <returns>The lines; null where the whole reader has to look.</returns>
    public AuditedLine[]? Read(string text)
    {
        if (_bytes.Length < text.Length)
        {
            _bytes = new byte[2 * text.Length];
        }

        if (Ascii.FromUtf16(text, _bytes, out var length) != OperationStatus.Done || text.Contains('\\', StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            _lines.Clear();
            var reader = new Utf8JsonReader(_bytes.AsSpan(0, length));
            return reader.Read() && reader.TokenType == JsonTokenType.StartArray && ReadLines(ref reader) && !reader.Read()
                ? [.. _lines]
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool ReadLines(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            string? product = null;
            long? quantity = null;
            decimal? price = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("product"u8) && product is null)
                {
                    reader.Read();
                    if (reader.TokenType != JsonTokenType.String || !_texts.TryShare(reader.ValueSpan, out product))
                    {
                        return false;
                    }
                }
                else if (reader.ValueTextEquals("quantity"u8) && quantity is null)
                {
                    reader.Read();
                    if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var read))
                    {
                        return false;
                    }

                    quantity = read;
                }
                else if (reader.ValueTextEquals("unit_price"u8) && price is null)
                {
                    reader.Read();
                    if (reader.TokenType != JsonTokenType.Number
                        || !decimal.TryParse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out var read))
                    {
                        return false;
                    }

                    price = read;
                }
                else
                {
                    return false;
                }
            }

            if (product is null || quantity is null)
            {
                return false;
            }

            _lines.Add(new AuditedLine(product, quantity.Value, price));
        }

        return reader.TokenType == JsonTokenType.EndArray;
    }
}
