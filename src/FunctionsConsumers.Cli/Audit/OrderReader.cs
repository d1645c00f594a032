using System.Globalization;
using System.Net.Mail;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace FunctionsConsumers.Cli.Audit;

/// <summary>
/// The audit's own reading of what a valid order is (contract, section 1). It shares no code with the decoder it audits,
/// on purpose: a rule misread there must show here.
/// </summary>
internal sealed partial class OrderReader
{
    private const int LongestValue = 512 * 1024;
    private const int LongestText = 1_000;
    private const int LongestId = 200;
    private const int MostLines = 500;
    private const int MostProducts = 90;
    private const int MostQuantity = 1_000_000;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    // An audit holds hundreds of thousands of lines of a few products: one string for each.
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    /// <summary>Reads a record's value.</summary>
    /// <param name="value">The bytes; null for a tombstone.</param>
    /// <returns>The order; null where the value is no order whatever the catalog says.</returns>
    public AuditedOrder? Read(byte[]? value)
    {
        if (value is null || value.Length > LongestValue || !Utf8.IsValid(value))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(value, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object && TextsAreShort(document.RootElement)
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

    private AuditedOrder? ReadOrder(JsonElement root)
    {
        if (ReadId(root) is not { } id
            || !ReadOptional(root, "customer_id", out _)
            || !ReadOptional(root, "email", out var email) || (email is not null && !IsPlainAddress(email))
            || !ReadOptional(root, "currency", out var currency) || (currency is not null && !IsCurrency(currency))
            || !ReadOptional(root, "placed_at", out var placedAt) || (placedAt is not null && !IsTime(placedAt)))
        {
            return null;
        }

        currency ??= "EUR";
        var lines = root.TryGetProperty("product", out var product)
            ? root.TryGetProperty("lines", out _) ? null : ReadShortForm(root, product)
            : root.TryGetProperty("lines", out var array) && !root.TryGetProperty("quantity", out _) ? ReadLines(array) : null;
        return lines is null || (currency != "EUR" && lines.Any(line => line.UnitPrice is null))
            ? null
            : new AuditedOrder(id, Known(currency), email, lines);
    }

    private AuditedLine[]? ReadShortForm(JsonElement root, JsonElement product) =>
        product.ValueKind == JsonValueKind.String && ReadQuantity(root) is { } quantity
            ? [new AuditedLine(Known(product.GetString()!), quantity, null)]
            : null;

    private AuditedLine[]? ReadLines(JsonElement array)
    {
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() is < 1 or > MostLines)
        {
            return null;
        }

        var lines = new AuditedLine[array.GetArrayLength()];
        var at = 0;
        foreach (var line in array.EnumerateArray())
        {
            if (line.ValueKind != JsonValueKind.Object
                || !line.TryGetProperty("product", out var product) || product.ValueKind != JsonValueKind.String
                || ReadQuantity(line) is not { } quantity
                || !ReadPrice(line, out var price))
            {
                return null;
            }

            lines[at++] = new AuditedLine(Known(product.GetString()!), quantity, price);
        }

        return lines.Length <= MostProducts || lines.DistinctBy(line => line.Product).Count() <= MostProducts ? lines : null;
    }

    private static string? ReadId(JsonElement root)
    {
        if (!root.TryGetProperty("order_id", out var value))
        {
            return null;
        }

        var id = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number when IsInteger(value.GetRawText()) => value.GetRawText(),
            _ => null,
        };
        return id is { Length: >= 1 and <= LongestId } && !id.Any(char.IsControl) ? id : null;
    }

    private static int? ReadQuantity(JsonElement line)
    {
        if (!line.TryGetProperty("quantity", out var value))
        {
            return 1;
        }

        return value.ValueKind == JsonValueKind.Number && IsInteger(value.GetRawText())
            && value.TryGetInt32(out var quantity) && quantity is >= 1 and <= MostQuantity ? quantity : null;
    }

    private static bool ReadPrice(JsonElement line, out decimal? price)
    {
        price = null;
        if (!line.TryGetProperty("unit_price", out var value))
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out var number) || number < 0 || number != decimal.Round(number, 4))
        {
            return false;
        }

        price = number;
        return true;
    }

    private static bool ReadOptional(JsonElement root, string name, out string? text)
    {
        text = null;
        if (!root.TryGetProperty(name, out var value))
        {
            return true;
        }

        text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return text is not null;
    }

    private static bool TextsAreShort(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!.Length <= LongestText,
        JsonValueKind.Array => element.EnumerateArray().All(TextsAreShort),
        JsonValueKind.Object => element.EnumerateObject().All(property => TextsAreShort(property.Value)),
        _ => true,
    };

    private static bool IsInteger(string number) => number.TrimStart('-').All(char.IsAsciiDigit);

    private static bool IsCurrency(string text) => text.Length == 3 && text.All(char.IsAsciiLetterUpper);

    private static bool IsPlainAddress(string text) =>
        !text.Any(char.IsControl) && MailAddress.TryCreate(text, out var address) && address.Address == text;

    private static bool IsTime(string text) =>
        IsoTime().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    private string Known(string text) => _known.TryGetValue(text, out var known) ? known : _known[text] = text;

    // ISO 8601 as it is met: a date, or a date and a time with or without an offset.
    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2})?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex IsoTime();
}
