using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.LocalHost.Embedded;

namespace FunctionsConsumers.IntegrationTests.LocalHost.Embedded;

public sealed class MockClusterTests
{
    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Zstd)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    public async Task A_record_is_read_back_as_it_was_written_whatever_its_compression(CompressionType compression)
    {
        using var cluster = MockCluster.Start();
        cluster.CreateTopic("orders", 2);
        var value = Encoding.UTF8.GetBytes("""{"order_id": "123", "product": "Laptop"}""" + new string(' ', 10_000));
        using (var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = cluster.Brokers,
            CompressionType = compression }).Build())
        {
            var message = new Message<byte[], byte[]>
            {
                Key = [0xff, 0], Value = value, Headers = new Headers { { "idempotency-key", "k"u8.ToArray() } },
            };
            await producer.ProduceAsync("orders", message, TestContext.Current.CancellationToken);
        }

        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = cluster.Brokers, GroupId = "g", AutoOffsetReset = AutoOffsetReset.Earliest }).Build();
        consumer.Assign([new TopicPartition("orders", 0), new TopicPartition("orders", 1)]);
        var result = consumer.Consume(TimeSpan.FromSeconds(30));
        Assert.NotNull(result);
        Assert.Equal([0xff, 0], result.Message.Key);
        Assert.Equal(value, result.Message.Value);
        Assert.Equal("k"u8.ToArray(), result.Message.Headers.GetLastBytes("idempotency-key"));
    }

    [Fact]
    public void A_topic_has_the_partitions_asked_for_and_listens_on_this_machine_only()
    {
        using var cluster = MockCluster.Start();
        cluster.CreateTopic("orders", 6);
        cluster.CreateTopic("orders.billing.dead-letters", 1);
        Assert.StartsWith("127.0.0.1:", cluster.Brokers, StringComparison.Ordinal);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.Brokers }).Build();
        var topics = admin.GetMetadata(TimeSpan.FromSeconds(30)).Topics.ToDictionary(
            topic => topic.Topic, topic => topic.Partitions.Count);
        Assert.Equal(6, topics["orders"]);
        Assert.Equal(1, topics["orders.billing.dead-letters"]);
    }

    [Fact]
    public async Task It_is_told_from_a_real_broker_by_its_own_answer()
    {
        using var cluster = MockCluster.Start();
        Assert.True(await EmbeddedServices.IsEmbeddedAsync(new KafkaConnection(cluster.Brokers), TestContext.Current.CancellationToken));
        Assert.False(MockCluster.IsAt("127.0.0.1:1", TimeSpan.FromMilliseconds(500)));
    }

    [Fact]
    public async Task It_has_a_controller_so_that_a_topic_can_be_described()
    {
        using var cluster = MockCluster.Start();
        cluster.CreateTopic("orders", 6);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.Brokers }).Build();
        var described = await admin.DescribeTopicsAsync(
            TopicCollection.OfTopicNames(["orders"]), new DescribeTopicsOptions { RequestTimeout = TimeSpan.FromSeconds(30) });
        Assert.Equal(6, described.TopicDescriptions.Single().Partitions.Count);
    }

    [Fact]
    public void Two_clusters_in_one_process_know_nothing_of_each_other()
    {
        using var one = MockCluster.Start();
        using var other = MockCluster.Start();
        one.CreateTopic("orders", 1);
        Assert.NotEqual(one.Brokers, other.Brokers);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = other.Brokers }).Build();
        Assert.Empty(admin.GetMetadata(TimeSpan.FromSeconds(30)).Topics);
    }
}
