using System.Text.Json.Serialization;
using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);          // KafkaBrokers, Tables
builder.Services.AddEffectivelyOnce(builder.Configuration)
    .AddJsonEvents<Payment>(PaymentJson.Default.Payment, subject: payment => payment.Id)
    .AddKafkaConsumer<Payment, Ledger>("payments");
await builder.Build().RunAsync();

internal sealed record Payment(string Id, long Cents);

internal sealed class Ledger : IEventPlanner<Payment>
{
    public static string Group => "ledger";
    public static string EffectKind => "entry";              // one row for each payment: entry!<id>

    public Plan Plan(Payment payment, EventIdentity identity) => new() { Effect = { ["Cents"] = payment.Cents } };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase), JsonSerializable(typeof(Payment))]
internal sealed partial class PaymentJson : JsonSerializerContext;
