using System.Globalization;
using System.Text;

namespace FunctionsConsumers.UnitTests.Fuzzing;

/// <summary>
/// Writes orders, right ones and ones with faults in their structure: both forms, properties twice, deep nesting, huge
/// numbers, odd characters, one line or product too many. Each fault is rare, so that many an order has exactly one.
/// </summary>
internal sealed class OrderText(Random random, IReadOnlyList<string> products)
{
    private static readonly string[] Numbers =
    [
        "0", "-0", "1", "7", "1000000", "1000001", "2.0", "1e2", "1E+2", "-1", "0.5", "399.00", "1e-2", "0.0001", "0.00001", "1e400",
        "-1e400", "1e-400",
        "79228162514264337593543950335", "79228162514264337593543950336", "9223372036854775808", "2147483648", "18446744073709551616",
        "0.1e1",
        new('9', 400), "0." + new string('0', 400) + "1", "1" + new string('0', 5000),
    ];

    private static readonly string[] Strings =
    [
        "", " ", "a", "c-9", "Laptop", "é", "\u0065\u0301", "\\u00e9", "\\ud83d\\ude00", "\\ud800", "\\udc00x", "\\u0000", "\\u001f",
        "\\r\\nBcc: x@y.z", "\u202e", "\u2028", "\ufeff", "\uffff",
        "a/b\\\\c#d?e%f+g", "=003D", "!", ":", "a!b:0", "\\\"", "<script>", "null", "2026-11-21T10:00:00Z", "2026-13-45", "a@example.org",
        "a@b@c", "\"a b\"@x", "EUR", "eur", "E€R", "\U0001F600",
        new('x', 199), new('x', 200), new('x', 201), new('x', 1000), new('x', 1001), new('ü', 200),
    ];

    private static readonly string[] Names = ["order_id", "product", "quantity", "lines", "unit_price", "customer_id", "email",
        "currency", "placed_at", "event_id", "note", "Order_Id", "", "order\\u005fid", "\\ud800"];

    private int _faults;

    /// <summary>Writes the next one.</summary>
    public byte[] Next()
    {
        _faults = random.Next(4);
        var text = new StringBuilder();
        switch (Fault(60) ? random.Next(5) : -1)
        {
            case 0:
                text.Append(Value(3));
                break;
            case 1:
                text.Append(Deep(random.Next(1, 3000)));
                break;
            case 2:
                text.Append(Order()).Append(Order());
                break;
            case 3:
                text.Append('\uFEFF').Append(Order());
                break;
            case 4:
                text.Append("{\"order_id\":\"big\",\"product\":\"Laptop\",\"x\":\"").Append('x', (512 * 1024) - random.Next(200)).Append(
                    "\"}");
                break;
            default:
                text.Append(Order());
                break;
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private string Order()
    {
        List<string> properties = [$"\"order_id\":{OrderId()}"];
        var isShort = random.Next(2) == 0;
        if (isShort ^ Fault(40))
        {
            properties.Add($"\"product\":{Product()}");
            Maybe(properties, "quantity", Quantity);
        }

        if (!isShort ^ Fault(40))
        {
            properties.Add($"\"lines\":[{string.Join(',', Lines())}]");
        }

        Maybe(properties, "customer_id", Text);
        Maybe(properties, "email", () => Fault(10) ? Text() : "\"a@example.org\"");
        Maybe(properties, "currency", () => Fault(10) ? Text() : "\"EUR\"");
        Maybe(properties, "placed_at", () => Fault(10) ? Text() : "\"2026-11-21T10:00:00.5+01:00\"");
        Maybe(properties, "event_id", Text);
        Maybe(properties, "note", () => Value(3));
        if (Fault(20))
        {
            // A name twice, or one that means the same when it is read.
            properties.Add($"\"{Names[random.Next(Names.Length)]}\":{Value(2)}");
        }

        for (var i = properties.Count - 1; i > 0; i--)
        {
            var other = random.Next(i + 1);
            (properties[i], properties[other]) = (properties[other], properties[i]);
        }

        return "{" + string.Join(random.Next(5) == 0 ? " ,\n\t" : ",", properties) + (Fault(100) ? ",}" : "}");
    }

    private string[] Lines()
    {
        // Around the bounds: 90 distinct products, 500 lines.
        var count = random.Next(60) == 0 ? 498 + random.Next(5) : random.Next(40) == 0 ? 88 + random.Next(5) : Fault(30) ? 0
            : 1 + random.Next(4);
        var distinct = count is > 80 and < 100;
        return [.. Enumerable.Range(0, count).Select(line =>
        {
            List<string> properties = [$"\"product\":{(distinct ? $"\"{products[line % products.Count]}\"" : Product())}"];
            Maybe(properties, "quantity", Quantity);
            Maybe(properties, "unit_price", () => Fault(12) ? Value(1) : Numbers[random.Next(10, 14)] is "0.5" ? "0.5" : "399.00");
            return Fault(60) ? Value(1) : "{" + string.Join(',', properties) + "}";
        })];
    }

    private string OrderId() =>
        Fault(12) ? Value(1) : random.Next(6) == 0 ? random.Next(-5, 5).ToString(CultureInfo.InvariantCulture)
            : $"\"o-{random.Next(1_000_000)}\"";

    private string Product() => Fault(15) ? Value(1) : $"\"{products[random.Next(products.Count)]}\"";

    private string Quantity() => Fault(10) ? Value(1) : random.Next(1, 1000).ToString(CultureInfo.InvariantCulture);

    private string Text() => $"\"{Strings[random.Next(Strings.Length)]}\"";

    private string Value(int depth) => random.Next(depth > 0 ? 8 : 5) switch
    {
        0 => Numbers[random.Next(Numbers.Length)],
        1 or 2 => Text(),
        3 => random.Next(2) == 0 ? "true" : "false",
        4 => "null",
        5 => "[" + string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Value(depth - 1))) + "]",
        6 => "{" + string.Join(
        ',', Enumerable.Range(0, random.Next(3)).Select(_ => $"\"{Names[random.Next(Names.Length)]}\":{Value(depth - 1)}")) + "}",
        _ => Fault(30) ? Deep(random.Next(1, 200)) : "1",
    };

    private string Deep(int depth)
    {
        var (open, close) = random.Next(2) == 0 ? ("[", "]") : ("{\"x\":", "}");
        return string.Concat(Enumerable.Repeat(open, depth)) + "1" + (Fault(3) ? "" : string.Concat(Enumerable.Repeat(close, depth)));
    }

    private void Maybe(List<string> properties, string name, Func<string> value)
    {
        if (random.Next(2) == 0)
        {
            properties.Add($"\"{name}\":{value()}");
        }
    }

    // At most a few faults in one order: else none would come as far as the later rules.
    private bool Fault(int oneIn)
    {
        if (_faults > 0 && random.Next(oneIn) == 0)
        {
            _faults--;
            return true;
        }

        return false;
    }
}
