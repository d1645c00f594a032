using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.LocalHost.Kafka;

namespace FunctionsConsumers.UnitTests.LocalHost.Kafka;

public sealed class BrokerTopicsTests
{
    private static readonly KafkaConnection Connection = new("host:9093", "orders", "secret", "/authority.pem");

    [Theory]
    [InlineData(ErrorCode.Local_Authentication, "Invalid username or password", "check KafkaUsername and KafkaPassword")]
    [InlineData(ErrorCode.Local_Ssl, "certificate verify failed", "check KafkaSslCaLocation (/authority.pem)")]
    public void A_refusal_names_the_setting_and_never_the_password(ErrorCode code, string reason, string fix)
    {
        var error = new Error(code, reason);
        Assert.True(BrokerTopics.IsRefusal(error));
        var line = BrokerTopics.Refused(Connection, error);
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.Contains(fix, line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
    }

    [Fact]
    public void No_answer_names_the_login_where_the_listener_seems_to_be_of_the_other_kind()
    {
        var plain = new KafkaConnection("host:9092");
        Assert.Contains("set KafkaUsername",
            BrokerTopics.NoAnswer(plain, "Disconnected: connection closed by peer (after 19ms in state APIVERSION_QUERY)"),
            StringComparison.Ordinal);
        Assert.Contains("unset KafkaUsername",
            BrokerTopics.NoAnswer(Connection, "Disconnected: connecting to a PLAINTEXT broker listener?"), StringComparison.Ordinal);
        Assert.EndsWith("start it, or name another with --brokers.", BrokerTopics.NoAnswer(plain, "Connection refused"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ErrorCode.Local_Transport)]
    [InlineData(ErrorCode.Local_AllBrokersDown)]
    [InlineData(ErrorCode.Local_TimedOut)]
    public void A_broker_that_is_away_has_refused_nothing(ErrorCode code) => Assert.False(BrokerTopics.IsRefusal(new Error(code)));
}
