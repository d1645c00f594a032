using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.DeadLetters;

/// <summary>
/// Sends dead letters to <c>topic.group.dead-letters</c>, which is made where it is missing and the broker allows it.
/// Always sent again when in doubt: a dead letter seen twice has one id, one not seen is lost.
/// </summary>
internal sealed partial class DeadLetterSender : IMessageSender, IDisposable
{
    private static readonly TimeSpan AdminTimeout = TimeSpan.FromSeconds(10);

    private readonly KafkaConnection _kafka;
    private readonly RecordProducer _producer;
    private readonly ILogger _logger;
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
        _producer = new RecordProducer(options, logger);
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
        GroupSpans.SendsTo(topic);
        for (var smaller = letter; smaller is not null; smaller = smaller.Smaller())
        {
            if (await ProduceAsync(topic, smaller, message, timeout, cancellationToken).ConfigureAwait(false) is { } result)
            {
                return result;
            }
        }

        return new SendResult(SendStatus.NotSent, $"The broker refuses even the dead letter without value, key and headers: raise max.message.bytes of topic '{topic}'.");
    }

    /// <inheritdoc />
    public void Dispose() => _producer.Dispose();

    // Null: the broker refuses the size. The password is the group's own where the broker gives a key for each topic.
    private async Task<SendResult?> ProduceAsync(string topic, DeadLetter letter, OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var result = await _producer.ProduceAsync(
            _kafka.ForDeadLetters(letter.Group),
            topic,
            DeadLetterRecord.Of(letter, message.Id, message.Trace),
            client => _topics.GetOrAdd(topic, name => Task.Run(() => EnsureTopicAsync(client, name), CancellationToken.None)),
            timeout,
            cancellationToken).ConfigureAwait(false);
        if (result is { Status: SendStatus.NotSent })
        {
            _topics.TryRemove(topic, out _);
        }

        return result;
    }

    private async Task EnsureTopicAsync(Handle client, string topic)
    {
        using var admin = new DependentAdminClientBuilder(client).Build();
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

    [LoggerMessage(32, LogLevel.Debug, "Kafka, dead letters: {Message}")]
    private partial void LogClient(string message);
}
