using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce.Kafka;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Kafka;

public sealed class KafkaGroupLogTests
{
    [Theory]
    [InlineData(ErrorCode.Local_AllBrokersDown)]
    [InlineData(ErrorCode.Local_Transport)]
    [InlineData(ErrorCode.Local_TimedOut)]
    public void A_broker_that_is_away_is_not_taken_for_one_whose_topics_have_no_ids(ErrorCode code) =>
        Assert.False(KafkaGroupLog.IsWithoutIds(new Error(code)));

    [Theory]
    [InlineData(ErrorCode.Local_UnsupportedFeature)]
    [InlineData(ErrorCode.UnsupportedVersion)]
    [InlineData(ErrorCode.TopicAuthorizationFailed)]
    public void A_broker_that_gives_no_ids_or_may_not_tell_them_is_one_without(ErrorCode code) =>
        Assert.True(KafkaGroupLog.IsWithoutIds(new Error(code)));
}
