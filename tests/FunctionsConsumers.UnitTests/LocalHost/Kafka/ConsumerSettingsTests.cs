using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.LocalHost.Configuration;
using FunctionsConsumers.LocalHost.Kafka;

namespace FunctionsConsumers.UnitTests.LocalHost.Kafka;

public sealed class ConsumerSettingsTests
{
    private static readonly KafkaConnection Broker = new("127.0.0.1:9092");

    [Fact]
    public void Offsets_are_stored_by_hand_and_committed_by_the_client()
    {
        var config = ConsumerSettings.For(Broker, "billing", new KafkaHostOptions { AutoCommitIntervalMs = 123 }, isMock: false);
        Assert.Equal("billing", config.GroupId);
        Assert.True(config.EnableAutoCommit);
        Assert.False(config.EnableAutoOffsetStore);
        Assert.Equal(123, config.AutoCommitIntervalMs);
        Assert.Equal(Confluent.Kafka.IsolationLevel.ReadCommitted, config.IsolationLevel);
    }

    [Fact]
    public void A_real_broker_gets_the_session_of_host_json()
    {
        var config = ConsumerSettings.For(Broker, "billing", new KafkaHostOptions { SessionTimeoutMs = 45_000 }, isMock: false);
        Assert.Equal(45_000, config.SessionTimeoutMs);
        Assert.Equal(3_000, config.HeartbeatIntervalMs);
    }

    [Theory]
    [InlineData(45_000, 6_000, 2_000)]
    [InlineData(5_000, 5_000, 1_666)]
    [InlineData(500, 2_000, 666)]
    public void A_mock_cluster_gets_a_short_session_because_each_of_its_rebalances_lasts_as_long(int wanted, int session, int heartbeat)
    {
        var config = ConsumerSettings.For(Broker, "billing", new KafkaHostOptions { SessionTimeoutMs = wanted }, isMock: true);
        Assert.Equal((session, heartbeat), (config.SessionTimeoutMs!.Value, config.HeartbeatIntervalMs!.Value));
    }
}
