using System.Text;
using FunctionsConsumers.Orders.Events;
using AuditReader = FunctionsConsumers.Cli.Audit.OrderReader;

namespace FunctionsConsumers.UnitTests.Orders.Events;

public sealed class OrderDecoderFuzzTests
{
    private static readonly string[] Seeds =
    [
        """{"order_id": "123", "product": "Laptop"}""",
        """{"order_id":-17,"product":"Mouse","quantity":3,"event_id":"\u0065\ud83d\ude00","x":{"y":[1,2.5e3,null,{"z":"\\\""}]}}""",
        """
        {"order_id": "124", "customer_id": "c-9", "email": "a@example.org", "currency": "USD",
         "lines": [{"product": "Phone", "quantity": 2, "unit_price": 399.00},{"product":"Camera","quantity":1,"unit_price":1e-2,"note":"é"}],
         "placed_at": "2026-11-21T10:00:00.5+01:00"}
        """,
    ];

    private static readonly byte[][] Fragments =
    [
        "\\ud800"u8.ToArray(), "\\u0000"u8.ToArray(), "\""u8.ToArray(), "{"u8.ToArray(), "}"u8.ToArray(), "[["u8.ToArray(), "null"u8.ToArray(), "-0"u8.ToArray(),
        "1e99999"u8.ToArray(), "0.00001"u8.ToArray(), "\"order_id\":"u8.ToArray(), "\"quantity\":2.0,"u8.ToArray(), ",\"lines\":[]"u8.ToArray(), [0xED, 0xA0, 0x80], [0xFF], [0x00],
        Encoding.UTF8.GetBytes(new string('x', 1001)), "\"\\ud800\":1,"u8.ToArray(), "\"unit_price\":-1,"u8.ToArray(), "\\"u8.ToArray(),
    ];

    [Fact]
    public void Whatever_the_bytes_are_the_answer_is_an_order_or_a_rejection()
    {
        var random = new Random(7);
        var reasons = new HashSet<string>();
        var orders = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var value = Mutate(random, Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]));
            var decoded = Decoding.Decoder.Decode(Decoding.Record(value));

            Assert.True((decoded.Event is null) == (decoded.Rejection is not null), Encoding.Latin1.GetString(value));
            if (decoded.Event is { } order)
            {
                orders++;
                Assert.Equal(order.OrderId, decoded.Subject);
                Assert.InRange(order.OrderId.Length, 1, 200);
                Assert.InRange(order.Lines.Count, 1, 500);
                Assert.All(order.Lines, line => Assert.True(line.Quantity is >= 1 and <= 1_000_000 && line.UnitPrice >= 0));
            }
            else
            {
                reasons.Add(decoded.Rejection!.Reason);
                Assert.Contains(decoded.Rejection.Reason, RejectionReasons.All);
                Assert.NotEmpty(decoded.Rejection.Detail);
                Assert.DoesNotContain(decoded.Rejection.Detail, char.IsControl);
            }
        }

        // The mutations are worth something only if they get past the grammar, too.
        Assert.InRange(orders, 500, 15_000);
        Assert.Superset(new HashSet<string>
        {
            RejectionReasons.NotJson, RejectionReasons.NotAnOrder, RejectionReasons.BadQuantity, RejectionReasons.BadPrice,
            RejectionReasons.UnknownProduct, RejectionReasons.BadAddress, RejectionReasons.TooLarge,
        }, reasons);
    }

    [Fact]
    public void The_audits_own_reading_takes_the_same_values_for_orders()
    {
        var random = new Random(9);
        var audit = new AuditReader();
        for (var i = 0; i < 20_000; i++)
        {
            var value = Mutate(random, Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]));
            var decoded = Decoding.Decoder.Decode(Decoding.Record(value));

            // The audit asks the catalog, and for the sum, when it compares effects.
            if (decoded.Rejection is { } rejection
                && (rejection.Reason == RejectionReasons.UnknownProduct || rejection.Detail.Contains("total", StringComparison.Ordinal)))
            {
                continue;
            }

            var audited = audit.Read(value);

            Assert.True((audited is null) == (decoded.Event is null), $"{Encoding.Latin1.GetString(value)}: {decoded.Rejection?.Detail}");
            Assert.Equal(decoded.Event?.OrderId, audited?.Id);
        }
    }

    [Fact]
    public void Random_bytes_are_rejected()
    {
        var random = new Random(8);
        for (var i = 0; i < 2_000; i++)
        {
            var value = new byte[random.Next(0, 200)];
            random.NextBytes(value);

            Assert.NotNull(Decoding.Decoder.Decode(Decoding.Record(value)).Rejection);
        }
    }

    private static byte[] Mutate(Random random, byte[] value)
    {
        var bytes = new List<byte>(value);
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.InsertRange(at, Fragments[random.Next(Fragments.Length)]);
                    break;
                case 3:
                    bytes.RemoveRange(at, random.Next(Math.Min(8, bytes.Count - at)));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, random.Next(Math.Min(40, bytes.Count - at))));
                    break;
                case 5:
                    bytes[at] = (byte)random.Next('0', 'z');
                    break;
                default:
                    var digits = bytes.FindIndex(at, b => b is >= (byte)'0' and <= (byte)'9');
                    if (digits >= 0)
                    {
                        bytes.InsertRange(digits, Encoding.ASCII.GetBytes(random.Next(3) == 0 ? "-" : random.NextInt64().ToString(System.Globalization.CultureInfo.InvariantCulture)));
                    }

                    break;
            }
        }

        return [.. bytes];
    }
}
