using System.Text.Json.Serialization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Testing;
using Xunit;

namespace Payments.Tests;

public sealed class LedgerTests
{
    private static readonly Payment[] Payments = [new("p-1", 1250), new("p-2", 990), new("p-3", 100)];

    [Fact]
    public void A_payment_is_entered_once_whatever_happens() =>
        Histories.CheckHosts(_ => new Ledger(), PaymentJson.Default.Payment, payment => payment.Id, Payments);
}

internal sealed record Payment(string Id, long Cents);

internal sealed class Ledger : IEventPlanner<Payment>
{
    public static string Group => "ledger";
    public static string EffectKind => "entry";

    public Plan Plan(Payment payment, EventIdentity identity) => new()
    {
        Effect = { ["Cents"] = payment.Cents },
        Additions = [new Addition(RowKey.OfCounter("total", "all", identity.Coordinates), "Cents", payment.Cents)],
        Messages = [PlannedMessage.ToTopic("receipts", null, System.Text.Encoding.UTF8.GetBytes(payment.Id))],
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase), JsonSerializable(typeof(Payment))]
internal sealed partial class PaymentJson : JsonSerializerContext;
