using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce.Kafka;
using FunctionsConsumers.LocalHost.Kafka;

namespace FunctionsConsumers.UnitTests.LocalHost.Kafka;

public sealed class BrokerTopicsTests
{
    private static readonly KafkaConnection Connection = new("host:9093", "orders", "secret", "/authority.pem");

    [Theory]
    [InlineData(ErrorCode.Local_Authentication, "Invalid username or password", "check KafkaUsername and KafkaPassword")]
    [InlineData(ErrorCode.Local_Ssl, "certificate verify failed", "check KafkaSslCaLocation (/authority.pem)")]
    [InlineData(ErrorCode.Local_Ssl, "wrong version number: connecting to a PLAINTEXT broker listener?", "unset KafkaUsername")]
    public void A_refusal_names_the_setting_and_never_the_password(ErrorCode code, string reason, string fix)
    {
        var error = new Error(code, reason);
        Assert.True(BrokerTopics.IsRefusal(error));
        var line = BrokerTopics.Refused(Connection, error);
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.Contains(fix, line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ErrorCode.Local_Transport)]
    [InlineData(ErrorCode.Local_AllBrokersDown)]
    [InlineData(ErrorCode.Local_TimedOut)]
    public void A_broker_that_is_away_has_refused_nothing(ErrorCode code) => Assert.False(BrokerTopics.IsRefusal(new Error(code)));
}
