using Confluent.Kafka;
using Confluent.Kafka.Admin;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Kafka;
using FunctionsConsumers.IntegrationTests.EffectivelyOnce.Kafka;
using FunctionsConsumers.LocalHost.Kafka;

namespace FunctionsConsumers.IntegrationTests.LocalHost.Kafka;

/// <summary>
/// What a mock cluster cannot show: topics made by request, a group as the broker sees it, a broker that goes and comes back.
/// </summary>
[Collection<OnRealKafka>]
public sealed class RealKafkaTests(RealKafka kafka)
{
    private static readonly KafkaConsumerOptions Options = ListenerHarness.Options with { SessionTimeout = TimeSpan.FromSeconds(6) };

    private readonly string _topic = $"orders-{Guid.NewGuid():N}";
    private readonly string _group = $"billing-{Guid.NewGuid():N}";
    private readonly RecordingHandler _function = new();
    private readonly LinesLogger _log = new();

    private KafkaConnection Connection => new(kafka.Brokers);

    [Fact]
    public async Task Missing_topics_are_made_with_the_partitions_asked_for_and_those_that_are_there_are_left_alone()
    {
        Assert.False(await new TopicSetup(Connection, _log).EnsureAsync(_topic, 5, TestContext.Current.CancellationToken));
        Assert.False(await new TopicSetup(Connection, _log).EnsureAsync(_topic, 9, TestContext.Current.CancellationToken));
        using var admin = Admin();
        var topics = admin.GetMetadata(TimeSpan.FromSeconds(30)).Topics.ToDictionary(
            topic => topic.Topic, topic => topic.Partitions.Count);
        Assert.Equal(5, topics[_topic]);
        Assert.Equal(1, topics[_topic + ".billing.dead-letters"]);
        Assert.Equal(1, topics[_topic + ".inventory.dead-letters"]);
        Assert.Equal(1, topics[_topic + ".notification.dead-letters"]);
    }

    [Fact]
    public async Task A_stop_commits_and_leaves_the_group_at_once()
    {
        await new TopicSetup(Connection, _log).EnsureAsync(_topic, 3, TestContext.Current.CancellationToken);
        Produce(30);
        using var watch = new BrokerWatch(Connection, TimeProvider.System, _log);
        using var listener = Listen(watch, Options with { CommitInterval = TimeSpan.FromHours(1) });
        await Eventually.TrueAsync(() => _function.Count == 30, "30 records");
        Assert.True(await listener.StopAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)));

        using var admin = Admin();
        var described = await admin.DescribeConsumerGroupsAsync([_group]);
        Assert.Equal(ConsumerGroupState.Empty, described.ConsumerGroupDescriptions.Single().State);
        using var offsets = new GroupOffsets(Connection.Apply(new ClientConfig()));
        Assert.Equal(30, offsets.Committed(_group, _topic, [0, 1, 2]).Values.Sum());
    }

    [Fact]
    public async Task A_broker_that_goes_and_comes_back_is_said_once_each_and_nothing_is_lost()
    {
        kafka.RequireOwn();
        await new TopicSetup(Connection, _log).EnsureAsync(_topic, 3, TestContext.Current.CancellationToken);
        Produce(30);
        using var watch = new BrokerWatch(Connection, TimeProvider.System, _log);
        using var listener = Listen(watch, Options);
        await Eventually.TrueAsync(() => _function.Count == 30, "30 records");

        await kafka.KillAsync();
        await Eventually.TrueAsync(() => Lines("is away") == 1, "the line that says that the broker is away");
        await kafka.StartAsync();
        await Eventually.TrueAsync(() => Lines("is back") == 1, "the line that says that it is back");
        Produce(30);
        await Eventually.TrueAsync(() => _function.Batches.SelectMany(batch => batch).Distinct().Count() == 60, "all 60 records");
        Assert.Equal(1, Lines("is away"));
        Assert.True(await listener.StopAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)));
    }

    private int Lines(string text) => _log.Lines.Count(line => line.Contains(text, StringComparison.Ordinal));

    private KafkaListener Listen(BrokerWatch watch, KafkaConsumerOptions options)
    {
        var listener = new KafkaListener(
            HostedConsumerSettings.Listener(_group, [_topic], Connection, options), _function.Run, watch, () =>
                { }, TimeProvider.System, _log);
        listener.Start();
        return listener;
    }

    private int _produced;

    private void Produce(int count)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = kafka.Brokers }).Build();
        for (var i = 0; i < count; i++)
        {
            var number = _produced++;
            producer.Produce(new TopicPartition(_topic, number % 3),
                new Message<Null, string> { Value = number.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        }

        producer.Flush(TestContext.Current.CancellationToken);
    }

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Brokers }).Build();
}
