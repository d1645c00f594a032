using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace FunctionsConsumers.Audit.Orders;

/// <summary>
/// The audit's own reading of what a valid order is (contract, section 1). It shares no code with the decoder it audits,
/// on purpose: a rule misread there must show here. A null stands for an absent property, save where it would be a
/// quantity or a price.
/// </summary>
internal sealed partial class OrderReader
{
    private const int LongestValue = 512 * 1024;
    private const int LongestText = 1_000;
    private const int LongestId = 200;
    private const int MostLines = 500;
    private const int MostProducts = 90;
    private const int MostQuantity = 1_000_000;

    // What an order does not use may be nested as deep as its size allows.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = LongestValue };

    private readonly PlainOrder _plain = new(new SharedTexts());

    /// <summary>Reads a record's value.</summary>
    /// <param name="value">The bytes; null for a tombstone.</param>
    /// <returns>The order; null where the value is no order whatever the catalog says.</returns>
    public AuditedOrder? Read(byte[]? value)
    {
        if (value is null || value.Length > LongestValue || !Utf8.IsValid(value))
        {
            return null;
        }

        return _plain.Read(value) ?? ReadWhole(value);
    }

    /// <summary>Reads a value whatever it is; <see cref="Read" /> comes to the same and is quicker.</summary>
    /// <param name="value">The bytes, no more than a value may have, and UTF-8.</param>
    /// <returns>The order; null where the value is no order whatever the catalog says.</returns>
    internal static AuditedOrder? ReadWhole(byte[] value)
    {
        try
        {
            using var document = JsonDocument.Parse(value, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object && JsonTexts.AreAtMost(LongestText, value)
                ? ReadOrder(document.RootElement)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            // A text with half a surrogate pair, "\ud800", is no Unicode text.
            return null;
        }
    }

    private static AuditedOrder? ReadOrder(JsonElement root)
    {
        if (!ReadId(root, "order_id", out var id) || id is not { Length: >= 1 and <= LongestId }
            || !ReadId(root, "customer_id", out var customer)
            || !ReadId(root, "event_id", out _)
            || !ReadText(root, "email", out var email) || (email is not null && !IsPlainAddress(email))
            || !ReadText(root, "currency", out var currency) || (currency is not null && !IsCurrency(currency))
            || !ReadTime(root, out var placedAt)
            || ReadLines(root) is not { } lines)
        {
            return null;
        }

        // Catalog prices are in EUR: an order in another currency carries its own.
        currency ??= "EUR";
        return currency == "EUR" || Array.TrueForAll(lines, line => line.UnitPrice is not null)
            ? new AuditedOrder(id, customer, email, currency, placedAt, lines)
            : null;
    }

    // One form or the other, and nothing of the other one beside it.
    private static AuditedLine[]? ReadLines(JsonElement root)
    {
        if (Find(root, "unit_price") is not null)
        {
            return null;
        }

        return (Find(root, "product"), Find(root, "lines")) switch
        {
            ({ ValueKind: JsonValueKind.String } product, null) =>
                ReadQuantityOf(root) is { } quantity ? [new AuditedLine(product.GetString()!, quantity, null)] : null,
            (null, { ValueKind: JsonValueKind.Array } lines) when !root.TryGetProperty("quantity", out _) => ReadLineArray(lines),
            _ => null,
        };
    }

    private static AuditedLine[]? ReadLineArray(JsonElement array)
    {
        if (array.GetArrayLength() is < 1 or > MostLines)
        {
            return null;
        }

        var lines = new AuditedLine[array.GetArrayLength()];
        var at = 0;
        foreach (var line in array.EnumerateArray())
        {
            decimal? price = null;
            if (line.ValueKind != JsonValueKind.Object
                || !line.TryGetProperty("product", out var product) || product.ValueKind != JsonValueKind.String
                || ReadQuantityOf(line) is not { } quantity
                || (line.TryGetProperty("unit_price", out var asked) && (price = ReadPrice(asked)) is null))
            {
                return null;
            }

            lines[at++] = new AuditedLine(product.GetString()!, quantity, price);
        }

        return lines.Length <= MostProducts || lines.DistinctBy(line => line.Product).Count() <= MostProducts ? lines : null;
    }

    private static int? ReadQuantityOf(JsonElement element)
    {
        if (!element.TryGetProperty("quantity", out var value))
        {
            return 1;
        }

        return value.ValueKind == JsonValueKind.Number && IsInteger(value.GetRawText())
            && value.TryGetInt32(out var quantity) && quantity is >= 1 and <= MostQuantity ? quantity : null;
    }

    private static decimal? ReadPrice(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? JsonPrice.Parse(value.GetRawText()) : null;

    private static bool ReadId(JsonElement root, string name, out string? id)
    {
        id = null;
        if (Find(root, name) is not { } value)
        {
            return true;
        }

        id = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number when IsInteger(value.GetRawText()) => value.GetRawText(),
            _ => null,
        };
        return id is { Length: <= LongestText } && !id.Any(char.IsControl);
    }

    private static bool ReadText(JsonElement root, string name, out string? text)
    {
        text = Find(root, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
        return text is not null || Find(root, name) is null;
    }

    private static bool ReadTime(JsonElement root, out DateTime? time)
    {
        time = ReadText(root, "placed_at", out var text) && text is not null ? OrderTime.Read(text) : null;
        return time is not null || Find(root, "placed_at") is null;
    }

    private static JsonElement? Find(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static bool IsInteger(string number) => number.TrimStart('-').All(char.IsAsciiDigit);

    private static bool IsCurrency(string text) => text.Length == 3 && text.All(char.IsAsciiLetterUpper);

    private static bool IsPlainAddress(string text) => text.Length <= 254 && PlainAddress().IsMatch(text);

    // Local part of at most 64 characters without quotes or comments, then a host name, all in ASCII.
    [GeneratedRegex(
        @"\A(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
            + @"@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex PlainAddress();
}
