using System.Text;
using System.Text.Json;

namespace FunctionsConsumers.Audit.Orders;

/// <summary>
/// Reads orders as nearly all of them are written, in one go over the bytes: ASCII, at most 1,000 bytes, and every property
/// known and there once. Says nothing of any other value, be it an order or none.
/// </summary>
/// <param name="texts">Gives one string for each product and currency.</param>
internal sealed class PlainOrder(SharedTexts texts)
{
    // A value that is no longer has no text that is too long, and not too many lines.
    private const int LongestValue = 1_000;
    private const int LongestId = 200;
    private const int MostQuantity = 1_000_000;

    private readonly List<AuditedLine> _lines = [];
    private readonly byte[] _text = new byte[LongestValue];

    [Flags]
    private enum Seen
    {
        None = 0,
        OrderId = 1,
        CustomerId = 2,
        EventId = 4,
        Email = 8,
        Currency = 16,
        PlacedAt = 32,
        Product = 64,
        Quantity = 128,
        UnitPrice = 256,
        Lines = 512,
    }

    /// <summary>Reads a value.</summary>
    /// <param name="value">The bytes.</param>
    /// <returns>The order; null where the whole reader has to look.</returns>
    public AuditedOrder? Read(ReadOnlySpan<byte> value)
    {
        if (value.Length > LongestValue)
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(value);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && ReadOrder(ref reader) is { } order && !reader.Read()
                ? order
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or half a surrogate pair.
            return null;
        }
    }

    private AuditedOrder? ReadOrder(ref Utf8JsonReader reader)
    {
        var seen = Seen.None;
        string? id = null, customer = null, email = null, currency = null, product = null;
        DateTime? placedAt = null;
        var quantity = 1;
        _lines.Clear();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = NameOf(ref reader);
            reader.Read();
            if (name == Seen.None || (seen & name) != 0)
            {
                return null;
            }

            seen |= name;
            var isRead = name switch
            {
                Seen.OrderId => ReadId(ref reader, out id) && id is { Length: >= 1 and <= LongestId },
                Seen.CustomerId => ReadId(ref reader, out customer),
                Seen.EventId => ReadId(ref reader, out _),
                Seen.Email => reader.TokenType == JsonTokenType.Null || ReadEmail(ref reader, out email),
                Seen.Currency => TryText(ref reader, out var text) && ReadCurrency(text, out currency),
                Seen.PlacedAt => TryText(ref reader, out var text) && (placedAt = PlainTime.Read(text)) is not null,
                Seen.Product => TryText(ref reader, out var text) && texts.TryShare(text, out product),
                Seen.Quantity => ReadQuantity(ref reader, out quantity),
                Seen.Lines => reader.TokenType == JsonTokenType.StartArray && ReadLines(ref reader),
                _ => false,
            };
            if (!isRead)
            {
                return null;
            }
        }

        if (id is null || (product is not null) == ((seen & Seen.Lines) != 0) || (product is null && (seen & Seen.Quantity) != 0))
        {
            return null;
        }

        AuditedLine[] lines = product is null ? [.. _lines] : [new AuditedLine(product, quantity, null)];
        currency ??= "EUR";
        return currency == "EUR" || Array.TrueForAll(lines, line => line.UnitPrice is not null)
            ? new AuditedOrder(id, customer, email, currency, placedAt, lines)
            : null;
    }

    private bool ReadLines(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var seen = Seen.None;
            string? product = null;
            var quantity = 1;
            decimal? price = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = NameOf(ref reader);
                reader.Read();
                var isRead = (seen & name) == 0 && name switch
                {
                    Seen.Product => TryText(ref reader, out var text) && texts.TryShare(text, out product),
                    Seen.Quantity => ReadQuantity(ref reader, out quantity),
                    Seen.UnitPrice => reader.TokenType == JsonTokenType.Number && (price = PlainPrice(reader.ValueSpan)) is not null,
                    _ => false,
                };
                if (!isRead)
                {
                    return false;
                }

                seen |= name;
            }

            if (product is null)
            {
                return false;
            }

            _lines.Add(new AuditedLine(product, quantity, price));
        }

        return reader.TokenType == JsonTokenType.EndArray && _lines.Count > 0;
    }

    private static Seen NameOf(ref Utf8JsonReader reader)
    {
        var name = reader.ValueSpan;
        return name.Length switch
        {
            5 => name.SequenceEqual("email"u8) ? Seen.Email : name.SequenceEqual("lines"u8) ? Seen.Lines : Seen.None,
            7 => name.SequenceEqual("product"u8) ? Seen.Product : Seen.None,
            8 => name.SequenceEqual("order_id"u8) ? Seen.OrderId
                : name.SequenceEqual("quantity"u8) ? Seen.Quantity
                : name.SequenceEqual("currency"u8) ? Seen.Currency
                : name.SequenceEqual("event_id"u8) ? Seen.EventId : Seen.None,
            9 => name.SequenceEqual("placed_at"u8) ? Seen.PlacedAt : Seen.None,
            10 => name.SequenceEqual("unit_price"u8) ? Seen.UnitPrice : Seen.None,
            11 => name.SequenceEqual("customer_id"u8) ? Seen.CustomerId : Seen.None,
            _ => Seen.None,
        };
    }

    private bool ReadId(scoped ref Utf8JsonReader reader, out string? id)
    {
        var isId = reader.TokenType == JsonTokenType.Number && IsInteger(reader.ValueSpan);
        var text = reader.ValueSpan;
        id = isId || TryText(ref reader, out text) ? Encoding.ASCII.GetString(text) : null;
        return id is not null;
    }

    private bool ReadEmail(scoped ref Utf8JsonReader reader, out string? email)
    {
        email = TryText(ref reader, out var text) && IsPlainAddress(text) ? Encoding.ASCII.GetString(text) : null;
        return email is not null;
    }

    // A text of printable ASCII, whether written so or with escapes.
    private bool TryText(scoped ref Utf8JsonReader reader, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        text = reader.ValueIsEscaped ? _text.AsSpan(0, reader.CopyString(_text)) : reader.ValueSpan;
        return !text.ContainsAnyExceptInRange((byte)' ', (byte)'~');
    }

    private bool ReadCurrency(ReadOnlySpan<byte> text, out string? currency)
    {
        currency = null;
        return text.Length == 3 && !text.ContainsAnyExceptInRange((byte)'A', (byte)'Z') && texts.TryShare(text, out currency);
    }

    private static bool ReadQuantity(ref Utf8JsonReader reader, out int quantity)
    {
        quantity = 0;
        return reader.TokenType == JsonTokenType.Number && IsInteger(reader.ValueSpan)
            && reader.TryGetInt32(out quantity) && quantity is >= 1 and <= MostQuantity;
    }

    private static bool IsInteger(ReadOnlySpan<byte> number) => !number.ContainsAny((byte)'.', (byte)'e', (byte)'E');

    // At most 15 digits with at most four decimals and no exponent; the whole reader knows the rest.
    private static decimal? PlainPrice(ReadOnlySpan<byte> number)
    {
        if (number.Length > 15)
        {
            return null;
        }

        long units = 0;
        var decimals = -1;
        foreach (var digit in number)
        {
            if (digit == (byte)'.')
            {
                decimals = 0;
            }
            else if (char.IsAsciiDigit((char)digit))
            {
                units = (10 * units) + (digit - '0');
                decimals += decimals < 0 ? 0 : 1;
            }
            else
            {
                return null;
            }
        }

        for (; decimals > 0 && units % 10 == 0; decimals--)
        {
            units /= 10;
        }

        return decimals <= 4 ? new decimal((int)units, (int)(units >> 32), 0, isNegative: false, (byte)Math.Max(decimals, 0)) : null;
    }

    // Letters, digits and single marks between them, in a few labels: much narrower than what an address may be.
    private static bool IsPlainAddress(ReadOnlySpan<byte> text)
    {
        var at = text.IndexOf((byte)'@');
        return at is > 0 and <= 64 && text.Length - at <= 64 && IsPlainName(text[..at], "+-_."u8) && IsPlainName(text[(at + 1)..], "-."u8);
    }

    private static bool IsPlainName(ReadOnlySpan<byte> text, ReadOnlySpan<byte> marks)
    {
        var wasMark = true;
        foreach (var letter in text)
        {
            var isMark = marks.Contains(letter);
            if (isMark ? wasMark : !char.IsAsciiLetterOrDigit((char)letter))
            {
                return false;
            }

            wasMark = isMark;
        }

        return !wasMark;
    }
}
