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
    private readonly RecordProducer _producer;

    public RecordProducerTests() => _producer = new RecordProducer(new EffectivelyOnceOptions(), NullLogger.Instance, _ =>
    {
        var fake = DispatchProxy.Create<IProducer<byte[], byte[]>, FakeProducer>();
        _built.Add((FakeProducer)fake);
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
    public async Task A_record_that_is_too_large_for_the_broker_is_nothing_else()
    {
        await SendAsync();
        _built[0].Failure = Failed(new Error(ErrorCode.MsgSizeTooLarge), PersistenceStatus.NotPersisted);
        Assert.Null(await SendAsync());
    }

    private Task<SendResult?> SendAsync() => _producer.ProduceAsync(
        _kafka, "labels", new Message<byte[], byte[]>(), null, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    private static ProduceException<byte[], byte[]> Failed(Error error, PersistenceStatus status) =>
        new(error, new DeliveryResult<byte[], byte[]> { Topic = "labels", Status = status });

    /// <summary>A producer that takes every record, unless it is told to fail.</summary>
    public class FakeProducer : DispatchProxy
    {
        public Exception? Failure { get; set; }

        public TaskCompletionSource Disposed { get; } = new();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            switch (targetMethod!.Name)
            {
                case nameof(IProducer<,>.ProduceAsync):
                    return Failure is null ? Task.FromResult(new DeliveryResult<byte[], byte[]>()) : Task.FromException<DeliveryResult<byte[], byte[]>>(Failure);
                case nameof(IDisposable.Dispose):
                    Disposed.TrySetResult();
                    return null;
                default:
                    return targetMethod.ReturnType.IsValueType && targetMethod.ReturnType != typeof(void) ? Activator.CreateInstance(targetMethod.ReturnType) : null;
            }
        }
    }
}
