using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.DeadLetters;

/// <summary>
/// Sends dead letters to <c>topic.group.dead-letters</c>, which is made where it is missing and the broker allows it.
/// Always sent again when in doubt: a dead letter seen twice has one id, one not seen is lost.
/// </summary>
internal sealed partial class DeadLetterSender : IMessageSender, IDisposable
{
    private static readonly TimeSpan AdminTimeout = TimeSpan.FromSeconds(10);

    // The broker's own limit decides, not the client's default of 1,000,000.
    private const int MaxMessageBytes = 64 * 1024 * 1024;

    private readonly KafkaConnection _kafka;
    private readonly int _messageTimeoutMs;
    private readonly ILogger _logger;

    // One for each password: usually one in all, one for each group where the broker gives a key for each topic.
    private readonly ConcurrentDictionary<KafkaConnection, Lazy<IProducer<byte[], byte[]>>> _producers = new();
    private readonly ConcurrentDictionary<string, Task> _topics = new(StringComparer.Ordinal);

    /// <summary>Makes the sender; it connects at the first send.</summary>
    /// <param name="kafka">The broker.</param>
    /// <param name="options">The settings, for the lease.</param>
    /// <param name="logger">Where trouble is reported.</param>
    public DeadLetterSender(KafkaConnection kafka, EffectivelyOnceOptions options, ILogger<DeadLetterSender> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _kafka = kafka;
        _logger = logger;

        // Under half the lease: an outcome that comes later belongs to a claim that may have been taken over.
        _messageTimeoutMs = (int)Math.Min(30_000, options.OutboxLease.TotalMilliseconds * 0.4);
    }

    /// <inheritdoc />
    public string Kind => DeadLetter.Kind;

    /// <inheritdoc />
    public InDoubtPolicy? InDoubt => InDoubtPolicy.Resend;

    /// <inheritdoc />
    public async Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        var letter = DeadLetter.FromPayload(message.Payload);
        var topic = DeadLetter.TopicOf(letter.Record.Coordinates.Topic, letter.Group);
        for (var smaller = letter; smaller is not null; smaller = smaller.Smaller())
        {
            if (await ProduceAsync(topic, smaller, message.Id, timeout, cancellationToken).ConfigureAwait(false) is { } result)
            {
                return result;
            }
        }

        return new SendResult(SendStatus.NotSent, $"The broker refuses even the dead letter without value, key and headers: raise max.message.bytes of topic '{topic}'.");
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var producer in _producers.Values.Where(producer => producer.IsValueCreated))
        {
            producer.Value.Flush(TimeSpan.FromSeconds(5));
            producer.Value.Dispose();
        }
    }

    private IProducer<byte[], byte[]> Producer(string group) =>
        _producers.GetOrAdd(_kafka.ForDeadLetters(group), connection => new(() => new ProducerBuilder<byte[], byte[]>(connection.Apply(new ProducerConfig
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            LingerMs = 5,
            MessageMaxBytes = MaxMessageBytes,
            MessageTimeoutMs = _messageTimeoutMs,
        })).SetLogHandler((_, message) => LogClient(message.Message)).SetErrorHandler((_, error) => LogClient(error.Reason)).Build())).Value;

    // Null: the broker refuses the size.
    private async Task<SendResult?> ProduceAsync(string topic, DeadLetter letter, string id, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            var producer = Producer(letter.Group);
            await _topics.GetOrAdd(topic, name => Task.Run(() => EnsureTopicAsync(producer, name), CancellationToken.None)).ConfigureAwait(false);
            await producer.ProduceAsync(topic, DeadLetterRecord.Of(letter, id), cancellationToken).WaitAsync(timeout, cancellationToken).ConfigureAwait(false);
            return SendResult.Sent;
        }
        catch (ProduceException<byte[], byte[]> refused) when (refused.Error.Code == ErrorCode.MsgSizeTooLarge)
        {
            return null;
        }
        catch (ProduceException<byte[], byte[]> failure) when (failure.DeliveryResult.Status == PersistenceStatus.NotPersisted)
        {
            _topics.TryRemove(topic, out _);
            return new SendResult(SendStatus.NotSent, $"{topic}: {failure.Error.Reason}");
        }
        catch (KafkaException failure) when (failure is not ProduceException<byte[], byte[]>)
        {
            _topics.TryRemove(topic, out _);
            return new SendResult(SendStatus.NotSent, $"{topic}: {failure.Error.Reason}");
        }
    }

    private async Task EnsureTopicAsync(IProducer<byte[], byte[]> producer, string topic)
    {
        using var admin = new DependentAdminClientBuilder(producer.Handle).Build();
        var metadata = admin.GetMetadata(topic, AdminTimeout);
        if (metadata.Topics.Exists(found => found.Topic == topic && found.Error.Code == ErrorCode.NoError))
        {
            return;
        }

        try
        {
            await admin.CreateTopicsAsync([new TopicSpecification { Name = topic }], new CreateTopicsOptions { RequestTimeout = AdminTimeout }).ConfigureAwait(false);
        }
        catch (CreateTopicsException race) when (race.Results.TrueForAll(result => result.Error.Code is ErrorCode.TopicAlreadyExists or ErrorCode.NoError))
        {
            LogClient($"{topic} was made by another owner");
        }
    }

    [LoggerMessage(30, LogLevel.Debug, "Kafka, dead letters: {Message}")]
    private partial void LogClient(string message);
}
