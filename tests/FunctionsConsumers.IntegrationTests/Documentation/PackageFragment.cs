using Azure.Identity;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FunctionsConsumers.IntegrationTests.Documentation;

/// <summary>The second block of PACKAGE.md, compiled as it stands there; a test compares them.</summary>
internal static class PackageFragment
{
    public static void Register(HostApplicationBuilder builder)
    {
        // <fragment>
        builder.Services.AddEffectivelyOnce(builder.Configuration, setup =>
            {
                setup.Options = setup.Options with { Buckets = 64 };
                setup.Credential = new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned); // or setup.Tables = [client]
                setup.Kafka = new ClientConfig { BootstrapServers = "kafka:9092" };
            })
            .AddEvents<Payment, PaymentDecoder>() // another format than JSON: an IEventDecoder<Payment>
            .AddKafkaConsumer<Payment, Ledger>(options => options with { StartsAt = GroupStart.Latest }, "payments", "refunds");
        // </fragment>
    }

    private sealed record Payment(string Id, long Cents);

    private sealed class PaymentDecoder : IEventDecoder<Payment>
    {
        public Decoded<Payment> Decode(ConsumedRecord record) => new(new Payment("1", 1), "1", null, null);

        public ValueTask RefreshAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }

    private sealed class Ledger : IEventPlanner<Payment>
    {
        public static string Group => "ledger";

        public static string EffectKind => "entry";

        public Plan Plan(Payment payment, EventIdentity identity) => new() { Effect = { ["Cents"] = payment.Cents } };
    }
}
