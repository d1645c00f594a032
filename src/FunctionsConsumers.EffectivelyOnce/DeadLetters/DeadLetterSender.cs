using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Telemetry;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.DeadLetters;

/// <summary>
/// Sends dead letters to <c>topic.group.dead-letters</c>, which is made where it is missing and the broker allows it.
/// Always sent again when in doubt: a dead letter seen twice has one id, one not seen is lost.
/// </summary>
internal sealed partial class DeadLetterSender : IMessageSender, IDisposable
{
    private static readonly TimeSpan LongestQuestion = TimeSpan.FromSeconds(10);

    private readonly KafkaConnection _kafka;
    private readonly RecordProducer _producer;
    private readonly TimeSpan _question;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, Task<string?>> _topics = new(StringComparer.Ordinal);

    /// <summary>Makes the sender; it connects at the first send.</summary>
    public DeadLetterSender(KafkaConnection kafka, EffectivelyOnceOptions options, TimeProvider time, ILogger<DeadLetterSender> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _kafka = kafka;
        _time = time;
        _logger = logger;

        // Two questions, whether the topic is there and that it be made, fit into the send's time with its writing.
        var share = options.OutboxLease / 10;
        _question = share < LongestQuestion ? share : LongestQuestion;
        _producer = new RecordProducer(options, logger);
    }

    /// <inheritdoc />
    public string Kind => DeadLetter.Kind;

    /// <inheritdoc />
    public InDoubtPolicy? InDoubt => InDoubtPolicy.Resend;

    /// <summary>One producer takes them all on one connection, and sends many in one request.</summary>
    public int? SendsAtOnce => RecordProducer.RecordsAtOnce;

    /// <inheritdoc />
    public async Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        var letter = DeadLetter.FromPayload(message.Payload);
        var topic = DeadLetter.TopicOf(letter.Record.Coordinates.Topic, letter.Group);
        GroupSpans.SendsTo(topic);
        var budget = new SendBudget(timeout, _time);
        for (var smaller = letter; smaller is not null; smaller = smaller.Smaller())
        {
            if (await ProduceAsync(topic, smaller, message, budget, cancellationToken).ConfigureAwait(false) is { } result)
            {
                return result;
            }
        }

        return new SendResult(SendStatus.NotSent,
            $"The broker takes not even the dead letter without value, key and headers: raise max.message.bytes of topic '{topic}'.");
    }

    /// <inheritdoc />
    public void Dispose() => _producer.Dispose();

    // Null: the broker refuses the size. The password is the group's own where the broker gives a key for each topic.
    private async Task<SendResult?> ProduceAsync(
        string topic, DeadLetter letter, OutboxMessage message, SendBudget budget, CancellationToken cancellationToken)
    {
        var result = await _producer.ProduceAsync(
            _kafka.ForDeadLetters(letter.Group),
            topic,
            DeadLetterRecord.Of(letter, message.Id, message.Trace),
            client => ReadyAsync(client, topic),
            budget,
            cancellationToken).ConfigureAwait(false);
        if (result is { Status: SendStatus.NotSent } && _topics.TryGetValue(topic, out var asked) && asked.IsCompleted)
        {
            // The topic may have gone; the next send asks again.
            _topics.TryRemove(KeyValuePair.Create(topic, asked));
        }

        return result;
    }

    // All letters of a topic share one question. Null: it is there; else why not.
    private async Task<string?> ReadyAsync(Handle client, string topic)
    {
        var asked = _topics.GetOrAdd(topic, name => Task.Run(() => FindOrMakeAsync(client, name), CancellationToken.None));
        var failure = await asked.ConfigureAwait(false);
        if (failure is not null)
        {
            _topics.TryRemove(KeyValuePair.Create(topic, asked));
        }

        return failure;
    }

    // Null: the topic is there. Whoever waits for it may have given up meanwhile, so what went wrong is an answer and no exception.
    private async Task<string?> FindOrMakeAsync(Handle client, string topic)
    {
        try
        {
            using var admin = new DependentAdminClientBuilder(client).Build();
            var metadata = admin.GetMetadata(topic, _question);
            if (!metadata.Topics.Exists(found => found.Topic == topic && found.Error.Code == ErrorCode.NoError))
            {
                await MakeAsync(admin, topic).ConfigureAwait(false);
            }

            return null;
        }
        catch (Exception failure) when (failure is KafkaException or InvalidOperationException)
        {
            return failure is CreateTopicsException { Results: [var refused, ..] } ? refused.Error.Reason : failure.Message;
        }
    }

    private async Task MakeAsync(IAdminClient admin, string topic)
    {
        try
        {
            await admin.CreateTopicsAsync(
                [new TopicSpecification { Name = topic }], new CreateTopicsOptions { RequestTimeout = _question }).ConfigureAwait(false);
        }
        catch (CreateTopicsException race) when (race.Results.TrueForAll(
            result => result.Error.Code is ErrorCode.TopicAlreadyExists or ErrorCode.NoError))
        {
            LogClient($"{topic} was made by another owner");
        }
    }

    [LoggerMessage(32, LogLevel.Debug, "Kafka, dead letters: {Message}")]
    private partial void LogClient(string message);
}
