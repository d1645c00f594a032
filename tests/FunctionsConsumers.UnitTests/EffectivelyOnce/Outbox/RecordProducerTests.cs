using System.Reflection;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Outbox;

public sealed class RecordProducerTests : IDisposable
{
    private readonly KafkaConnection _kafka = new("127.0.0.1:9092");
    private readonly List<FakeProducer> _built = [];
    private readonly ObservedTime _time = new();
    private readonly RecordProducer _producer;
    private Action<FakeProducer> _build = _ => { };

    public RecordProducerTests() => _producer = new RecordProducer(new EffectivelyOnceOptions(), NullLogger.Instance, _ =>
    {
        var fake = DispatchProxy.Create<IProducer<byte[], byte[]>, FakeProducer>();
        _built.Add((FakeProducer)fake);
        _build((FakeProducer)fake);
        return fake;
    });

    public void Dispose() => _producer.Dispose();

    [Fact]
    public async Task One_producer_of_a_connection_writes_all_records()
    {
        Assert.Equal(SendResult.Sent, await SendAsync());
        Assert.Equal(SendResult.Sent, await SendAsync());
        Assert.Single(_built);
    }

    [Fact]
    public async Task A_producer_that_cannot_go_on_is_replaced_and_let_go()
    {
        await SendAsync();
        _built[0].Failure = Failed(new Error(ErrorCode.Local_Fatal, "out of sequence", isFatal: true), PersistenceStatus.NotPersisted);

        var refused = await SendAsync();
        Assert.Equal((SendStatus.NotSent, "labels: out of sequence"), (refused!.Value.Status, refused.Value.Detail));
        Assert.Equal(SendResult.Sent, await SendAsync());
        Assert.Equal(2, _built.Count);
        await _built[0].Disposed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_record_that_may_have_arrived_is_in_doubt_and_the_producer_stays()
    {
        await SendAsync();
        _built[0].Failure = Failed(new Error(ErrorCode.Local_MsgTimedOut), PersistenceStatus.PossiblyPersisted);

        await Assert.ThrowsAsync<ProduceException<byte[], byte[]>>(SendAsync);
        _built[0].Failure = null;
        Assert.Equal(SendResult.Sent, await SendAsync());
        Assert.Single(_built);
    }

    [Fact]
    public async Task A_record_whose_batch_was_too_large_is_written_alone()
    {
        await SendAsync();
        _built[0].Failure = TooLarge;
        Assert.Equal(SendResult.Sent, await SendAsync());
        Assert.Equal(2, _built.Count);
    }

    [Fact]
    public async Task A_record_that_is_too_large_also_alone_is_told_so()
    {
        await SendAsync();
        _built[0].Failure = TooLarge;
        _build = fake => fake.Failure = TooLarge;
        Assert.Null(await SendAsync());
    }

    [Fact]
    public async Task A_large_record_never_goes_with_others()
    {
        _build = fake => fake.Failure = _built.Count == 1 ? TooLarge : null;
        Assert.Null(await SendAsync(new byte[RecordProducer.BatchBytes]));
        Assert.Equal(SendResult.Sent, await SendAsync());
        Assert.Equal([1, 1], _built.Select(producer => producer.Written));
    }

    [Theory]
    [InlineData("ns.servicebus.windows.net:9093", 1_046_528)]
    [InlineData("NS.ServiceBus.Windows.Net:9093,other:9093", 1_046_528)]
    [InlineData("ns.servicebus.chinacloudapi.cn:9093", 1_046_528)]
    [InlineData("ns.servicebus.usgovcloudapi.net", 1_046_528)]
    public async Task A_record_that_Event_Hubs_would_close_the_connection_for_is_not_tried(string brokers, int limit)
    {
        var kafka = new KafkaConnection(brokers);
        Assert.Equal(limit, kafka.MaxRequestBytes);
        Assert.Null(await SendAsync(new byte[limit - 100], kafka));
        Assert.Empty(_built);
        Assert.Equal(SendResult.Sent, await SendAsync(new byte[limit - 1_000], kafka));
    }

    [Theory]
    [InlineData("kafka.example.org:9092")]
    [InlineData("servicebus.windows.net.example.org:9093")]
    public async Task Any_other_broker_is_asked(string brokers)
    {
        Assert.Equal(SendResult.Sent, await SendAsync(new byte[3_000_000], new KafkaConnection(brokers)));
    }

    [Fact]
    public async Task Headers_and_key_count_too()
    {
        var kafka = _kafka with { MaxRequestBytes = 20_000 };
        var message = new Message<byte[], byte[]> { Key = new byte[9_000], Headers = new Headers { { "trace", new byte[10_500] } } };
        Assert.Null(await _producer.ProduceAsync(kafka, "labels", message, null, Budget(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_record_that_could_leave_after_its_claim_is_not_handed_over()
    {
        // A record may take a quarter of the lease of 60 s to be written, and the send has 14 s left.
        var late = await _producer.ProduceAsync(
            _kafka, "labels", new Message<byte[], byte[]>(), null, Budget(14), TestContext.Current.CancellationToken);
        Assert.Equal(SendStatus.NotSent, late!.Value.Status);
        Assert.Equal(0, _built.Single().Written);
    }

    [Fact]
    public async Task A_topic_that_is_made_too_slowly_leaves_the_record_unsent_within_the_time_of_the_send()
    {
        var never = new TaskCompletionSource<string?>();
        var sending = _producer.ProduceAsync(
            _kafka, "labels", new Message<byte[], byte[]>(), _ => never.Task, Budget(30), TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.False(sending.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        var result = await sending.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(
            (SendStatus.NotSent, "labels: the topic could not be asked for or made in time"), (result!.Value.Status, result.Value.Detail));
        Assert.Equal(0, _built.Single().Written);
    }

    [Fact]
    public async Task All_attempts_share_one_time()
    {
        _build = fake => fake.Failure = TooLarge;
        var budget = Budget(30);
        var first = await _producer.ProduceAsync(
            _kafka, "labels", new Message<byte[], byte[]>(), _ => Later(12), budget, TestContext.Current.CancellationToken);
        Assert.Equal(SendStatus.NotSent, first!.Value.Status);
        Assert.Equal(2, _built.Count);
        Assert.Equal(0, _built[1].Written);

        Task<string?> Later(int seconds)
        {
            _time.Advance(TimeSpan.FromSeconds(seconds));
            return Task.FromResult<string?>(null);
        }
    }

    [Fact]
    public async Task A_topic_that_cannot_be_made_says_why_and_the_record_was_certainly_not_sent()
    {
        var result = await _producer.ProduceAsync(
            _kafka, "labels", new Message<byte[], byte[]>(), _ => Task.FromResult<string?>("not allowed"), Budget(30),
            TestContext.Current.CancellationToken);
        Assert.Equal((SendStatus.NotSent, "labels: not allowed"), (result!.Value.Status, result.Value.Detail));
    }

    private static ProduceException<byte[], byte[]> TooLarge =>
        Failed(new Error(ErrorCode.MsgSizeTooLarge), PersistenceStatus.NotPersisted);

    private Task<SendResult?> SendAsync() => SendAsync([]);

    private Task<SendResult?> SendAsync(byte[] value, KafkaConnection? kafka = null) => _producer.ProduceAsync(
        kafka ?? _kafka, "labels", new Message<byte[], byte[]> { Value = value }, null, Budget(30), TestContext.Current.CancellationToken);

    private SendBudget Budget(int seconds) => new(TimeSpan.FromSeconds(seconds), _time);

    private static ProduceException<byte[], byte[]> Failed(Error error, PersistenceStatus status) =>
        new(error, new DeliveryResult<byte[], byte[]> { Topic = "labels", Status = status });

    /// <summary>A producer that takes every record, unless it is told to fail.</summary>
    public class FakeProducer : DispatchProxy
    {
        public Exception? Failure { get; set; }

        public int Written { get; private set; }

        public TaskCompletionSource Disposed { get; } = new();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            switch (targetMethod!.Name)
            {
                case nameof(IProducer<,>.ProduceAsync):
                    Written++;
                    return Failure is null
                        ? Task.FromResult(new DeliveryResult<byte[], byte[]>())
                        : Task.FromException<DeliveryResult<byte[], byte[]>>(Failure);
                case nameof(IDisposable.Dispose):
                    Disposed.TrySetResult();
                    return null;
                default:
                    return targetMethod.ReturnType.IsValueType && targetMethod.ReturnType != typeof(void)
                        ? Activator.CreateInstance(targetMethod.ReturnType)
                        : null;
            }
        }
    }
}
