using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// Writes records with an idempotent producer, one for each connection. A producer that has met an error it cannot go on
/// from takes no record any more, and is replaced by a new one.
/// </summary>
internal sealed partial class RecordProducer : IDisposable
{
    /// <summary>How many records may be under way at once: more would wait in the producer's queue.</summary>
    public const int RecordsAtOnce = 400;

    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(5);

    // The broker's own limit decides, not the client's default of 1,000,000.
    private const int MaxMessageBytes = 64 * 1024 * 1024;

    private readonly int _messageTimeoutMs;
    private readonly Func<ProducerBuilder<byte[], byte[]>, IProducer<byte[], byte[]>> _build;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<KafkaConnection, IProducer<byte[], byte[]>> _producers = [];

    /// <summary>Makes the producers' keeper; they connect at the first record.</summary>
    /// <param name="options">The settings, for the lease.</param>
    /// <param name="logger">Where trouble is reported.</param>
    /// <param name="build">Builds a producer; tests give their own.</param>
    public RecordProducer(
        EffectivelyOnceOptions options, ILogger logger, Func<ProducerBuilder<byte[], byte[]>, IProducer<byte[], byte[]>>? build = null)
    {
        _build = build ?? (builder => builder.Build());
        _logger = logger;

        // Under half the lease: an outcome that comes later belongs to a claim that may have been taken over.
        _messageTimeoutMs = (int)Math.Min(30_000, options.OutboxLease.TotalMilliseconds * 0.4);
    }

    /// <summary>Writes one record.</summary>
    /// <param name="kafka">The broker.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="message">The record.</param>
    /// <param name="prepare">What is to be done with the producer before the record is written; null for nothing.</param>
    /// <param name="timeout">How long the writing may take.</param>
    /// <param name="cancellationToken">Ends the waiting; the outcome is then not known.</param>
    /// <returns>
    /// What became of it; null where the broker refuses the record's size. An exception means that the outcome is not known.
    /// </returns>
    public async Task<SendResult?> ProduceAsync(
        KafkaConnection kafka,
        string topic,
        Message<byte[], byte[]> message,
        Func<Handle, Task>? prepare,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        IProducer<byte[], byte[]>? producer = null;
        try
        {
            producer = ProducerOf(kafka);
            if (prepare is not null)
            {
                await prepare(producer.Handle).ConfigureAwait(false);
            }

            await producer.ProduceAsync(topic, message, cancellationToken).WaitAsync(timeout, cancellationToken).ConfigureAwait(false);
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
                Replace(kafka, producer, failure.Error);
            }

            // What was handed to the client and may have left it is in doubt; all else certainly did not arrive.
            if (failure is ProduceException<byte[], byte[]> { DeliveryResult.Status: not PersistenceStatus.NotPersisted })
            {
                throw;
            }

            return new SendResult(SendStatus.NotSent, $"{topic}: {failure.Error.Reason}");
        }
    }

    public void Dispose()
    {
        foreach (var producer in _producers.Values)
        {
            End(producer);
        }
    }

    private static bool IsBroken(Error error) => error.IsFatal || error.Code == ErrorCode.Local_Fatal;

    private IProducer<byte[], byte[]> ProducerOf(KafkaConnection kafka)
    {
        lock (_gate)
        {
            if (!_producers.TryGetValue(kafka, out var producer))
            {
                producer = _build(new ProducerBuilder<byte[], byte[]>(kafka.Apply(new ProducerConfig
                {
                    Acks = Acks.All,
                    EnableIdempotence = true,
                    LingerMs = 5,
                    MessageMaxBytes = MaxMessageBytes,
                    MessageTimeoutMs = _messageTimeoutMs,
                })).SetLogHandler((_, entry) => LogClient(entry.Message)).SetErrorHandler((_, error) => LogClient(error.Reason)));
                _producers.Add(kafka, producer);
            }

            return producer;
        }
    }

    // The records that are in it fail one by one, each with its own outcome; it is let go once they have.
    private void Replace(KafkaConnection kafka, IProducer<byte[], byte[]> broken, Error error)
    {
        lock (_gate)
        {
            if (!_producers.TryGetValue(kafka, out var producer) || producer != broken)
            {
                return;
            }

            _producers.Remove(kafka);
        }

        LogReplaced(error.Reason);
        _ = Task.Run(() => End(broken));
    }

    private static void End(IProducer<byte[], byte[]> producer)
    {
        try
        {
            producer.Flush(FlushTimeout);
        }
        catch (KafkaException)
        {
            // A broken producer has nothing to flush; what is left in it is in the outbox.
        }

        producer.Dispose();
    }

    [LoggerMessage(30, LogLevel.Debug, "Kafka, outbox: {Message}")]
    private partial void LogClient(string message);

    [LoggerMessage(31, LogLevel.Warning, "Kafka, outbox: the producer met an error that it cannot go on from and is replaced: {Reason}")]
    private partial void LogReplaced(string reason);
}
