using System.Globalization;
using System.Text;

namespace FunctionsConsumers.Lab.Traffic;

/// <summary>
/// Records that are no order, of every kind that a producer can make by one record alone. Not among them:
/// <c>key-reused</c> and <c>order-exists</c> are verdicts on two valid orders, of which the one that commits first
/// stands, so that no seed could say beforehand which of them becomes the dead letter; and <c>refused</c> is the table
/// service's word, not the producer's.
/// </summary>
internal static class PoisonRecords
{
    /// <summary>The reasons, in the order in which poison of one plan goes through them.</summary>
    public static readonly string[] Reasons =
        ["not-json", "not-an-order", "bad-quantity", "bad-price", "unknown-product", "bad-address", "too-large", "too-wide"];

    private const ulong Stream = 2UL << 40;

    // Values over 512 KiB are rare, and few: the embedded broker keeps about 5 MiB a partition and drops the oldest.
    private const int HugeEvery = 25;
    private const int HugeAtMost = 2;
    private const int HugeLength = (512 * 1024) + 1;

    /// <summary>Makes one record.</summary>
    public static TrafficRecord Make(long seed, int number)
    {
        var random = new RandomSequence(seed, Stream + (ulong)number);
        var id = string.Create(CultureInfo.InvariantCulture, $"{seed}-p{number:D6}");
        var value = Value(Reasons[(number - 1) % Reasons.Length], id, (number - 1) / Reasons.Length, random);
        return new TrafficRecord(Encoding.UTF8.GetBytes(id), value, [], TrafficKind.Poison);
    }

    private static byte[]? Value(string reason, string id, int round, RandomSequence random) => reason switch
    {
        "not-json" => NotJson(id, random),
        "not-an-order" => Encoding.UTF8.GetBytes(random.Pick(NotAnOrder(id))),
        "bad-quantity" => Encoding.UTF8.GetBytes(random.Pick(BadQuantity(id))),
        "bad-price" => Encoding.UTF8.GetBytes(random.Pick(BadPrice(id))),
        "unknown-product" => Encoding.UTF8.GetBytes(random.Pick(UnknownProduct(id))),
        "bad-address" => Encoding.UTF8.GetBytes(random.Pick(BadAddress(id))),
        "too-large" => TooLarge(id, round, random),
        _ => TooWide(id, random),
    };

    private static byte[]? NotJson(string id, RandomSequence random) => random.Between(1, 6) switch
    {
        1 => null,
        2 => [],
        3 => Encoding.UTF8.GetBytes("order " + id + ": one Laptop, please"),
        4 => [.. Encoding.UTF8.GetBytes($$"""{"order_id":"{{id}}","product":""" + "\""), 0xFF, 0xFE, 0xC0, .. "\"}"u8],
        5 => Encoding.UTF8.GetBytes($$"""{"order_id":"{{id}}","product":"Laptop",}"""),
        _ => Encoding.UTF8.GetBytes($$"""{"order_id":"{{id}}","product":"Lap"""),
    };

    private static string[] NotAnOrder(string id) =>
    [
        """{"product":"Laptop"}""",
        """{"order_id":"","product":"Laptop"}""",
        """{"order_id":true,"product":"Laptop"}""",
        $$"""["{{id}}","Laptop"]""",
        $$"""{"order_id":"{{id}}"}""",
        $$"""{"order_id":"{{id}}","product":"Laptop","lines":[{"product":"Mouse","quantity":1}]}""",
        $$"""{"order_id":"{{id}}","lines":[]}""",
        $$"""{"order_id":"{{id}}","product":7}""",
        $$"""{"order_id":"{{id}}","product":"Laptop","currency":"euro"}""",
        $$"""{"order_id":"{{id}}","product":"Laptop","placed_at":"yesterday"}""",
        $$"""{"order_id":"{{id}}\u0007","product":"Laptop"}""",
    ];

    private static string[] BadQuantity(string id) =>
    [
        $$"""{"order_id":"{{id}}","product":"Laptop","quantity":0}""",
        $$"""{"order_id":"{{id}}","product":"Laptop","quantity":-3}""",
        $$"""{"order_id":"{{id}}","product":"Laptop","quantity":"2"}""",
        $$"""{"order_id":"{{id}}","product":"Laptop","quantity":2.0}""",
        $$"""{"order_id":"{{id}}","lines":[{"product":"Mouse","quantity":1},{"product":"Laptop","quantity":1000001}]}""",
    ];

    private static string[] BadPrice(string id) =>
    [
        $$"""{"order_id":"{{id}}","lines":[{"product":"Laptop","quantity":1,"unit_price":-0.01}]}""",
        $$"""{"order_id":"{{id}}","lines":[{"product":"Laptop","quantity":1,"unit_price":"9.99"}]}""",
        $$"""{"order_id":"{{id}}","lines":[{"product":"Laptop","quantity":1,"unit_price":9.99999}]}""",
        $$"""{"order_id":"{{id}}","currency":"USD","lines":[{"product":"Laptop","quantity":1}]}""",
    ];

    private static string[] UnknownProduct(string id) =>
    [
        $$"""{"order_id":"{{id}}","product":"Zeppelin"}""",
        $$"""{"order_id":"{{id}}","product":"laptop"}""",
        $$"""{"order_id":"{{id}}","lines":[{"product":"Mouse","quantity":1},{"product":"Airship","quantity":1,"unit_price":5}]}""",
    ];

    private static string[] BadAddress(string id) =>
    [
        $$"""{"order_id":"{{id}}","product":"Laptop","email":"a@example.org\r\nBcc: everyone@example.org"}""",
        $$"""{"order_id":"{{id}}","product":"Laptop","email":"nobody"}""",
        $$"""{"order_id":"{{id}}","product":"Laptop","email":"a@example.org, b@example.org"}""",
        $$"""{"order_id":"{{id}}","product":"Laptop","email":"A Customer <a@example.org>"}""",
    ];

    private static byte[] TooLarge(string id, int round, RandomSequence random)
    {
        var huge = round % HugeEvery == HugeEvery - 1 && round / HugeEvery < HugeAtMost;
        var customer = new string('c', huge ? HugeLength : random.Between(1_001, 3_000));
        return Encoding.UTF8.GetBytes($$"""{"order_id":"{{id}}","product":"Laptop","customer_id":"{{customer}}"}""");
    }

    private static byte[] TooWide(string id, RandomSequence random)
    {
        var value = new StringBuilder($$"""{"order_id":"{{id}}","lines":[""", 24 * 1024);
        if (random.Chance(50))
        {
            value.AppendJoin(',', Enumerable.Repeat($$"""{"product":"{{random.Pick(ValidOrders.Products)}}","quantity":1}""", 501));
        }
        else
        {
            value.AppendJoin(',', Enumerable.Range(1, 91).Select(
                n => string.Create(CultureInfo.InvariantCulture, $$"""{"product":"Widget {{n}}","quantity":1}""")));
        }

        return Encoding.UTF8.GetBytes(value.Append("]}").ToString());
    }
}
