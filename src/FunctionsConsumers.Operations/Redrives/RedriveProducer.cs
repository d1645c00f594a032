using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Operations.Redrives;

/// <summary>Sends redriven records, and says of each what became of it.</summary>
internal sealed class RedriveProducer : IDisposable
{
    // Under half of the lease: what is heard later belongs to a run that may have been taken over.
    private static readonly TimeSpan Timeout = RunLease.Length * 0.4;

    // The broker's own limit decides, not the client's default of 1,000,000.
    private const int MaxMessageBytes = 64 * 1024 * 1024;

    private readonly IProducer<byte[], byte[]> _producer;

    /// <summary>Makes the producer; it connects at the first record.</summary>
    public RedriveProducer(KafkaConnection kafka) => _producer = new ProducerBuilder<byte[], byte[]>(kafka.Apply(new ProducerConfig
    {
        ClientId = "functions-consumers-redrive",
        Acks = Acks.All,
        EnableIdempotence = true,
        LingerMs = 5,
        MessageMaxBytes = MaxMessageBytes,
        MessageTimeoutMs = (int)Timeout.TotalMilliseconds,
    })).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    /// <summary>Sends records, and waits until something is known of each.</summary>
    public async Task<IReadOnlyList<Sending>> SendAsync(IReadOnlyList<(TopicPartition To, Message<byte[], byte[]> Message)> records) =>
        await Task.WhenAll(records.Select(async record =>
        {
            try
            {
                await _producer.ProduceAsync(record.To, record.Message);
                return new Sending(SendingOutcome.Sent, null);
            }
            catch (ProduceException<byte[], byte[]> failure)
            {
                return new Sending(
                    failure.Error.Code is ErrorCode.MsgSizeTooLarge or ErrorCode.InvalidMsgSize ? SendingOutcome.TooLarge
                    : failure.DeliveryResult.Status == PersistenceStatus.NotPersisted ? SendingOutcome.NotSent : SendingOutcome.Unknown,
                    failure.Error.Reason);
            }
        }));

    /// <inheritdoc />
    public void Dispose() => _producer.Dispose();
}

/// <summary>What became of a record.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Reason">Why it was not sent; null where it was.</param>
internal sealed record Sending(SendingOutcome Outcome, string? Reason);

/// <summary>The outcomes of a sending.</summary>
internal enum SendingOutcome
{
    /// <summary>The broker has it.</summary>
    Sent,

    /// <summary>The broker certainly has not.</summary>
    NotSent,

    /// <summary>The broker does not take records of this size.</summary>
    TooLarge,

    /// <summary>Nobody knows: the next run looks into the topic.</summary>
    Unknown,
}
