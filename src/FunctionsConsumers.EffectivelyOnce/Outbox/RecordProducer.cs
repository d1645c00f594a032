using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// Writes records with idempotent producers, two for each connection. One puts records together into batches, the other writes each
/// alone. A broker answers for a batch as a whole, so only its answer to a single record tells about that record's size. After a
/// fatal error a producer takes no more records and is replaced.
/// </summary>
internal sealed partial class RecordProducer : IDisposable
{
    /// <summary>
    /// The size of a batch. A larger record goes alone, so that no other waits for the broker's answer to it. A batch of smaller
    /// records stays below the <c>max.message.bytes</c> of nearly every topic.
    /// </summary>
    internal const int BatchBytes = 64 * 1024;

    /// <summary>How many records may be under way at once: more would wait in the producer's queue.</summary>
    public const int RecordsAtOnce = 400;

    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWriting = TimeSpan.FromSeconds(30);

    // The broker's own limit decides, not the client's default of 1,000,000.
    private const int MaxMessageBytes = 64 * 1024 * 1024;

    private readonly TimeSpan _writing;
    private readonly Func<ProducerBuilder<byte[], byte[]>, IProducer<byte[], byte[]>> _build;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<Route, IProducer<byte[], byte[]>> _producers = [];

    /// <summary>Makes the producers' keeper; they connect at the first record.</summary>
    public RecordProducer(
        EffectivelyOnceOptions options, ILogger logger, Func<ProducerBuilder<byte[], byte[]>, IProducer<byte[], byte[]>>? build = null)
    {
        _build = build ?? (builder => builder.Build());
        _logger = logger;

        // A record is handed over only while at least this much of the send's time is left, which is half a lease.
        var quarter = options.OutboxLease / 4;
        _writing = quarter < LongestWriting ? quarter : LongestWriting;
    }

    /// <summary>
    /// Writes one record and returns what became of it. Null if the broker refuses a record of this size. An exception means that the
    /// outcome is not known.
    /// </summary>
    public async Task<SendResult?> ProduceAsync(
        KafkaConnection kafka,
        string topic,
        Message<byte[], byte[]> message,
        Func<Handle, Task<string?>>? prepare,
        SendBudget budget,
        CancellationToken cancellationToken)
    {
        var bytes = RequestBytes.Of(topic, message);
        if (bytes > kafka.MaxRequestBytes)
        {
            return null;
        }

        // It was refused together with others. So the broker has not judged its own size yet.
        return (bytes <= BatchBytes
            ? await WriteAsync(new Route(kafka, IsAlone: false), topic, message, prepare, budget, cancellationToken).ConfigureAwait(false)
            : null)
            ?? await WriteAsync(new Route(kafka, IsAlone: true), topic, message, prepare, budget, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        foreach (var producer in _producers.Values)
        {
            End(producer);
        }
    }

    // Null: the broker refuses the size of what it was sent.
    private async Task<SendResult?> WriteAsync(
        Route route,
        string topic,
        Message<byte[], byte[]> message,
        Func<Handle, Task<string?>>? prepare,
        SendBudget budget,
        CancellationToken cancellationToken)
    {
        IProducer<byte[], byte[]>? producer = null;
        try
        {
            producer = ProducerOf(route);
            if (await UnreadyAsync(producer, prepare, budget, cancellationToken).ConfigureAwait(false) is { } reason)
            {
                return new SendResult(SendStatus.NotSent, $"{topic}: {reason}");
            }

            await producer.ProduceAsync(topic, message, cancellationToken).WaitAsync(budget.Left, budget.Time,
                cancellationToken).ConfigureAwait(false);
            return SendResult.Sent;
        }
        catch (ProduceException<byte[], byte[]> refused) when (refused.Error.Code == ErrorCode.MsgSizeTooLarge)
        {
            return null;
        }
        catch (KafkaException failure)
        {
            if (producer is not null && IsBroken(failure.Error))
            {
                Replace(route, producer, failure.Error);
            }

            // A record that was handed to the client, and may have left it, is in doubt. Any other certainly did not arrive.
            if (failure is ProduceException<byte[], byte[]> { DeliveryResult.Status: not PersistenceStatus.NotPersisted })
            {
                throw;
            }

            return new SendResult(SendStatus.NotSent, $"{topic}: {failure.Error.Reason}");
        }
    }

    // Says why the record must not be handed over now. Null if it may. If it is handed over too late, it could leave after the claim.
    private async Task<string?> UnreadyAsync(
        IProducer<byte[], byte[]> producer, Func<Handle, Task<string?>>? prepare, SendBudget budget, CancellationToken cancellationToken)
    {
        try
        {
            var most = budget.Left - _writing;
            if (prepare is not null && most > TimeSpan.Zero
                && await prepare(producer.Handle).WaitAsync(most, budget.Time, cancellationToken).ConfigureAwait(false) is { } failure)
            {
                return failure;
            }
        }
        catch (TimeoutException)
        {
            return "the topic could not be asked for or made in time";
        }

        return budget.Left < _writing ? "too little of the claim's time is left to write the record" : null;
    }

    private static bool IsBroken(Error error) => error.IsFatal || error.Code == ErrorCode.Local_Fatal;

    private IProducer<byte[], byte[]> ProducerOf(Route route)
    {
        lock (_gate)
        {
            if (!_producers.TryGetValue(route, out var producer))
            {
                var config = route.Kafka.Apply(new ProducerConfig
                {
                    Acks = Acks.All,
                    EnableIdempotence = true,
                    LingerMs = 5,
                    BatchSize = BatchBytes,
                    MessageMaxBytes = MaxMessageBytes,
                    MessageTimeoutMs = (int)_writing.TotalMilliseconds,
                });
                if (route.IsAlone)
                {
                    config.BatchNumMessages = 1;
                    config.LingerMs = 0;
                }

                producer = _build(new ProducerBuilder<byte[], byte[]>(config)
                    .SetLogHandler((_, entry) => LogClient(entry.Message))
                    .SetErrorHandler((_, error) => LogClient(error.Reason)));
                _producers.Add(route, producer);
            }

            return producer;
        }
    }

    // The records that are in it fail one by one, each with its own outcome. After that it is disposed of.
    private void Replace(Route route, IProducer<byte[], byte[]> broken, Error error)
    {
        lock (_gate)
        {
            if (!_producers.TryGetValue(route, out var producer) || producer != broken)
            {
                return;
            }

            _producers.Remove(route);
        }

        LogReplaced(error.Reason);
        _ = Task.Run(() => End(broken));
    }

    // Nobody waits for it, so a failure is logged.
    private void End(IProducer<byte[], byte[]> producer)
    {
        try
        {
            producer.Flush(FlushTimeout);
        }
        catch (KafkaException failure)
        {
            // A broken producer has nothing to flush. What it did not send is still in the outbox.
            LogClient(failure.Error.Reason);
        }

        try
        {
            producer.Dispose();
        }
        catch (Exception failure) when (failure is KafkaException or InvalidOperationException)
        {
            LogNotEnded(failure.Message);
        }
    }

    [LoggerMessage(30, LogLevel.Debug, "Kafka, outbox: {Message}")]
    private partial void LogClient(string message);

    [LoggerMessage(31, LogLevel.Warning, "Kafka, outbox: the producer met an error that it cannot go on from and is replaced: {Reason}")]
    private partial void LogReplaced(string reason);

    [LoggerMessage(33, LogLevel.Warning, "Kafka, outbox: a producer that is not needed any more could not be let go: {Reason}")]
    private partial void LogNotEnded(string reason);

    /// <summary>Which producer writes a record.</summary>
    /// <param name="Kafka">The connection.</param>
    /// <param name="IsAlone">Whether it writes each record in a request of its own.</param>
    private readonly record struct Route(KafkaConnection Kafka, bool IsAlone);
}
