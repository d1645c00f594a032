using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Kafka;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

public sealed class SecretsTests
{
    [Theory]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=c2VjcmV0==;EndpointSuffix=core.windows.net")]
    [InlineData("accountkey = c2VjcmV0")]
    [InlineData("TableEndpoint=https://x;SharedAccessSignature=sv=2024&sig=c2VjcmV0%3D")]
    [InlineData("https://acct.table.core.windows.net/?sv=2024-01-01&sig=c2VjcmV0&se=x")]
    [InlineData("Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=app;SharedAccessKey=c2VjcmV0")]
    [InlineData("KafkaPassword=c2VjcmV0")]
    [InlineData("https://user:c2VjcmV0@host/path")]
    public void No_secret_is_left_in_a_text(string text)
    {
        var masked = Secrets.Masked($"there is no option '{text}' of this command");

        Assert.DoesNotContain("c2VjcmV0", masked, StringComparison.Ordinal);
        Assert.EndsWith("of this command", masked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AccountName=acct is not known")]
    [InlineData("a@example.org: 450 later")]
    [InlineData("design=good signal=none")]
    public void What_is_no_secret_stays(string text) => Assert.Equal(text, Secrets.Masked(text));

    [Theory]
    [InlineData("KafkaBroker", "KafkaBrokers")]
    [InlineData("Bukets", "Buckets")]
    [InlineData("BUCKETS", "Buckets")]
    [InlineData("wholly-different", null)]
    public void The_nearest_name_is_found(string unknown, string? meant) =>
        Assert.Equal(meant, NearestName.Of(unknown, ["KafkaBrokers", "Buckets", "Retention"]));

    [Fact]
    public void A_consumer_is_named_by_host_process_and_function_in_characters_that_kafka_takes() =>
        Assert.Equal("host_1.example-4711-Billing_Consumer", ClientName.Of("host 1.example", 4711, "Billing/Consumer"));
}
