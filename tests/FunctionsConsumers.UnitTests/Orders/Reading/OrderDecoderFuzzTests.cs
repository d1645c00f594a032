using System.Globalization;
using System.Text;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.Orders.Reading;
using FunctionsConsumers.UnitTests.Fuzzing;
using AuditReader = FunctionsConsumers.Audit.Orders.OrderReader;

namespace FunctionsConsumers.UnitTests.Orders.Reading;

public sealed class OrderDecoderFuzzTests(ITestOutputHelper output)
{
    private const int Inputs = 120_000;
    private const int RandomInputs = 20_000;

    private static readonly string[] Seeds =
    [
        """{"order_id": "123", "product": "Laptop"}""",
        """{"order_id":-17,"product":"Mouse","quantity":3,"event_id":"\u0065\ud83d\ude00","x":{"y":[1,2.5e3,null,{"z":"\\\""}]}}""",
        """
        {"order_id": "124", "customer_id": "c-9", "email": "a@example.org", "currency": "USD",
         "lines": [{"product": "Phone", "quantity": 2, "unit_price": 399.00},
                   {"product":"Camera","quantity":1,"unit_price":1e-2,"note":"é"}],
         "placed_at": "2026-11-21T10:00:00.5+01:00"}
        """,
    ];

    // More products than an order may have, so that the bound can be reached.
    private static readonly CatalogProduct[] Products =
        [.. DefaultCatalog.Products,
            .. Enumerable.Range(0,
            95).Select(product => new CatalogProduct(string.Create(CultureInfo.InvariantCulture, $"P{product}"), 1.25m, 1000))];

    [Fact]
    public void Whatever_the_bytes_are_the_answer_is_an_order_or_a_rejection()
    {
        var run = new FuzzRun(output, Inputs);
        var decoder = Decoding.NewDecoder(Products);
        var audit = new AuditReader();
        var text = new OrderText(run.Random, [.. Products.Select(product => product.Name)]);
        var reasons = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var orders = 0;
        for (var input = 0; input < run.Inputs; input++)
        {
            var value = Value(run.Random, text);
            var decoded = Decode(run, input, decoder, value);
            if (decoded.Event is { } order)
            {
                orders++;
                run.Require(IsRight(order) && order.OrderId == decoded.Subject, input, "no rule lets this order through: " + Shown(value));
            }
            else
            {
                reasons[decoded.Rejection!.Reason] = reasons.GetValueOrDefault(decoded.Rejection.Reason) + 1;
            }

            // The audit reads with code of its own. It asks the catalog, and for the sum, when it compares effects.
            if (decoded.Rejection is not { } rejection
                || !(rejection.Reason == RejectionReasons.UnknownProduct || rejection.Detail.Contains("total", StringComparison.Ordinal)))
            {
                run.Require(audit.Read(value)?.Id == decoded.Event?.OrderId, input,
                    $"the audit reads otherwise, and the decoder says '{decoded.Rejection?.Detail}': {Shown(value)}");
            }

            if (decoded.Canonical is { } canonical)
            {
                var meaning = audit.Read(value) is { } read ? OrderMeaning.Form(read) : null;
                run.Require(meaning == Encoding.UTF8.GetString(canonical), input,
                    $"the audit reads another meaning, '{meaning}', of {Shown(value)}");
            }
        }

        run.Note(string.Create(CultureInfo.InvariantCulture,
            $"{orders} orders, rejected: {string.Join(", ", reasons.Select(reason => $"{reason.Key} {reason.Value}"))}"));

        // The inputs are worth something only if they get past the grammar, and to every verdict on the record alone.
        Assert.InRange(orders, run.Inputs / 20, run.Inputs * 3 / 4);
        Assert.Equal(RejectionReasons.All.Take(8).Order(StringComparer.Ordinal), reasons.Keys);
    }

    [Fact]
    public void Random_bytes_are_rejected()
    {
        var run = new FuzzRun(output, RandomInputs);
        for (var input = 0; input < run.Inputs; input++)
        {
            var value = new byte[run.Random.Next(0, 200)];
            run.Random.NextBytes(value);

            run.Require(Decode(run, input, Decoding.Decoder, value).Rejection is not null, input, Shown(value));
        }
    }

    private static byte[] Value(Random random, OrderText text) => random.Next(3) switch
    {
        0 => ByteMutation.Of(random, Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)])),
        1 => text.Next(),
        _ => text.Next() is { Length: < 4096 } value ? ByteMutation.Of(random, value) : text.Next(),
    };

    private static Decoded<OrderEvent> Decode(FuzzRun run, int input, OrderDecoder decoder, byte[] value)
    {
        var decoded = default(Decoded<OrderEvent>)!;
        run.Try(input, () => Shown(value), () => decoded = decoder.Decode(Decoding.Record(value)));
        run.Require(decoded.Event is null == decoded.Rejection is not null, input, "neither or both: " + Shown(value));
        run.Require(
            decoded.Rejection is not { } rejection
            || (RejectionReasons.All.Contains(rejection.Reason) && rejection.Detail.Length > 0 && !rejection.Detail.Any(char.IsControl)),
            input,
            $"rejected as '{decoded.Rejection?.Reason}', '{decoded.Rejection?.Detail}': {Shown(value)}");
        return decoded;
    }

    private static bool IsRight(OrderEvent order) =>
        order.OrderId.Length is >= 1 and <= 200 && !order.OrderId.Any(char.IsControl)
        && order.Lines.Count is >= 1 and <= 500
        && order.Lines.All(line => line.Quantity is >= 1 and <= 1_000_000 && line.UnitPrice >= 0)
        && order.QuantitiesByProduct().Count <= 90
        && order.Total >= 0;

    private static string Shown(byte[] value) => Encoding.Latin1.GetString(value.AsSpan(0, Math.Min(value.Length, 2000)));
}
