using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.IntegrationTests.LocalHost.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.IntegrationTests.EffectivelyOnce.DeadLetters;

/// <summary>What a real broker says of sizes, which a mock cluster does not look at.</summary>
[Collection<OnRealKafka>]
public sealed class DeadLetterSenderTests(RealKafka kafka)
{
    private static readonly EffectivelyOnceOptions Options = new();

    private readonly string _topic = $"orders-{Guid.NewGuid():N}";

    private string DeadLetters => DeadLetter.TopicOf(_topic, "billing");

    [Theory]
    [InlineData(100_000, 300, 2_000)]
    [InlineData(10_000, 200, 3_000)]
    [InlineData(70_000, 100, 64_000)]
    public async Task A_burst_of_dead_letters_that_fit_the_topic_one_by_one_keeps_every_value(int limit, int count, int bytes)
    {
        await MakeAsync(DeadLetters, limit);
        using var sender = Sender();
        var results = await Task.WhenAll(Enumerable.Range(0, count).Select(number => SendAsync(sender, number, bytes)));
        Assert.All(results, result => Assert.Equal(SendResult.Sent, result));
        Assert.Equal(Enumerable.Repeat(bytes, count), Read(DeadLetters, count).Select(record => record.Message.Value.Length));
    }

    [Theory]
    [InlineData(100_000, 150_000)]
    [InlineData(20_000, 30_000)]
    public async Task Only_the_record_that_is_too_large_by_itself_loses_its_value(int limit, int large)
    {
        await MakeAsync(DeadLetters, limit);
        using var sender = Sender();
        var results = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(number => SendAsync(sender, number, number == 50 ? large : 2_000)));
        Assert.All(results, result => Assert.Equal(SendResult.Sent, result));

        var records = Read(DeadLetters, 100);
        var omitted = Assert.Single(records, record => record.Message.Headers.TryGetLastBytes("dead-letter-value-omitted", out _));
        Assert.Equal("50", Encoding.UTF8.GetString(omitted.Message.Headers.GetLastBytes("dead-letter-offset")));
        Assert.Equal(99, records.Count(record => record.Message.Value.Length == 2_000));
    }

    [Fact]
    public async Task What_the_broker_is_known_not_to_take_is_left_out_without_trying()
    {
        await MakeAsync(DeadLetters, 1_000_000);
        using var sender = Sender(new KafkaConnection(kafka.Brokers) { MaxRequestBytes = 50_000 });
        Assert.Equal(SendResult.Sent, await SendAsync(sender, 0, 60_000));
        Assert.Equal(SendResult.Sent, await SendAsync(sender, 1, 40_000));
        Assert.Equal([false, true], Read(DeadLetters, 2).Select(record => record.Message.Value.Length == 40_000));
    }

    [Fact]
    public async Task A_record_for_a_topic_that_is_too_large_keeps_no_other_from_being_sent()
    {
        await MakeAsync(_topic, 20_000);
        using var sender = new TopicSender(
            new KafkaConnection(kafka.Brokers), Options, TimeProvider.System, NullLogger<TopicSender>.Instance);
        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => sender.SendAsync(
            Message(TopicMessage.Kind, number, PlannedMessage.ToTopic(_topic, [], new byte[number == 50 ? 30_000 : 2_000]).Payload),
            TimeSpan.FromSeconds(30),
            TestContext.Current.CancellationToken)));
        Assert.Equal(SendStatus.NotSent, results[50].Status);
        Assert.Equal(99, results.Count(result => result == SendResult.Sent));
    }

    private DeadLetterSender Sender(KafkaConnection? connection = null) =>
        new(connection ?? new KafkaConnection(kafka.Brokers), Options, TimeProvider.System, NullLogger<DeadLetterSender>.Instance);

    private Task<SendResult> SendAsync(DeadLetterSender sender, int number, int bytes) => sender.SendAsync(
        Message(DeadLetter.Kind, number, Letter(number, bytes).ToPayload()), TimeSpan.FromSeconds(30),
        TestContext.Current.CancellationToken);

    private static OutboxMessage Message(string kind, int number, byte[] payload) =>
        new(number.ToString("x32", CultureInfo.InvariantCulture), kind, "billing", "s", payload, DateTimeOffset.UtcNow);

    private DeadLetter Letter(int offset, int bytes) => new(
        "billing", "not-json", "It is no JSON.", DateTimeOffset.UtcNow, new ConsumedRecord(
        new Coordinates(_topic, 0, offset), DateTimeOffset.UtcNow, null, new byte[bytes], []));

    private async Task MakeAsync(string topic, int limit)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Brokers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification
        {
            Name = topic,
            NumPartitions = 1,
            Configs = new Dictionary<string, string> { ["max.message.bytes"] = limit.ToString(CultureInfo.InvariantCulture) },
        }]);
    }

    private List<ConsumeResult<byte[], byte[]>> Read(string topic, int count)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = kafka.Brokers,
            GroupId = Guid.NewGuid().ToString(),
            EnableAutoCommit = false,
        }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        List<ConsumeResult<byte[], byte[]>> records = [];
        while (records.Count < count)
        {
            records.Add(consumer.Consume(TimeSpan.FromSeconds(30))
                ?? throw new TimeoutException($"{topic} gave {records.Count} of {count} records."));
        }

        return records;
    }
}
