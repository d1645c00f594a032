using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FunctionsConsumers.Lab.Traffic;

/// <summary>
/// Valid orders, each a pure function of seed and number: both forms, with and without address, prices, quantities,
/// another currency, and every way to carry an idempotency key.
/// </summary>
internal static class ValidOrders
{
    /// <summary>The products of the default catalog (contract, section 1).</summary>
    public static readonly string[] Products =
        ["Laptop", "Phone", "Tablet", "Monitor", "Keyboard", "Mouse", "Headphones", "Camera", "Printer", "Router"];

    private const ulong Stream = 1UL << 40;

    private static readonly string[] Currencies = ["USD", "GBP", "CHF", "SEK"];
    private static readonly string[] Prices = ["399.00", "1199.99", "24.95", "0.0005", "12", "7.5", "0", "89.9900", "249.125"];
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 8, 0, 0, TimeSpan.Zero);

    /// <summary>Makes one order.</summary>
    public static TrafficRecord Make(long seed, int number)
    {
        var random = new RandomSequence(seed, Stream + (ulong)number);
        var asDigits = random.Chance(5);

        // Digits hold the seed in full, so that the integers of two seeds differ as the texts do.
        var id = asDigits && seed > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{seed}{number:D10}")
            : string.Create(CultureInfo.InvariantCulture, $"{seed}-{number:D6}");
        var keyCarrier = random.Between(1, 100);
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteId(json, id, asDigits && seed > 0);
            if (random.Chance(50))
            {
                WriteShortForm(json, random);
            }
            else
            {
                WriteFullForm(json, random, number);
            }

            if (keyCarrier is > 20 and <= 30)
            {
                json.WriteString("event_id", "event-" + id);
            }

            json.WriteEndObject();
        }

        return new TrafficRecord(Encoding.UTF8.GetBytes(id), buffer.WrittenSpan.ToArray(), Headers(id, keyCarrier), TrafficKind.Order);
    }

    private static void WriteId(Utf8JsonWriter json, string id, bool asDigits)
    {
        json.WritePropertyName("order_id");
        if (asDigits)
        {
            json.WriteRawValue(id);
        }
        else
        {
            json.WriteStringValue(id);
        }
    }

    private static void WriteShortForm(Utf8JsonWriter json, RandomSequence random)
    {
        json.WriteString("product", random.Pick(Products));
        if (random.Chance(40))
        {
            json.WriteNumber("quantity", random.Between(1, 9));
        }

        if (random.Chance(50))
        {
            json.WriteString("email", Address(random));
        }
    }

    private static void WriteFullForm(Utf8JsonWriter json, RandomSequence random, int number)
    {
        json.WriteString("customer_id", string.Create(CultureInfo.InvariantCulture, $"c-{random.Below(5_000)}"));
        if (random.Chance(50))
        {
            json.WriteString("email", Address(random));
        }

        // Catalog prices are in EUR: an order in another currency carries its own.
        var foreign = random.Chance(15);
        if (foreign || random.Chance(30))
        {
            json.WriteString("currency", foreign ? random.Pick(Currencies) : "EUR");
        }

        json.WriteStartArray("lines");
        for (var line = random.Between(1, 5); line > 0; line--)
        {
            json.WriteStartObject();
            json.WriteString("product", random.Pick(Products));
            json.WriteNumber("quantity", random.Chance(3) ? random.Between(100, 5_000) : random.Between(1, 9));
            if (foreign || random.Chance(40))
            {
                json.WritePropertyName("unit_price");
                json.WriteRawValue(random.Pick(Prices));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (random.Chance(60))
        {
            json.WriteString("placed_at", Epoch.AddSeconds(number).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }
    }

    private static string Address(RandomSequence random) =>
        string.Create(CultureInfo.InvariantCulture, $"customer{(random.Chance(10) ? "+orders" : "")}{random.Below(5_000)}@example.org");

    private static KeyValuePair<string, byte[]>[] Headers(string id, int keyCarrier) => keyCarrier switch
    {
        <= 10 => [new("idempotency-key", Encoding.UTF8.GetBytes("key-" + id))],
        <= 20 => [new("ce_source", "/shop"u8.ToArray()), new("ce_id", Encoding.UTF8.GetBytes("event-" + id))],
        _ => [],
    };
}
