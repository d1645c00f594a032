using System.Text;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce.Telemetry;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// Sends the records that plans have for topics (<see cref="PlannedMessage.ToTopic" />). Each carries the message's id in the header
/// <c>message-id</c>, by which a consumer of this library takes a second copy for the same event.
/// </summary>
internal sealed class TopicSender(KafkaConnection kafka, EffectivelyOnceOptions options, TimeProvider time, ILogger<TopicSender> logger)
    : IMessageSender, IDisposable
{
    private readonly RecordProducer _producer = new(options, logger);

    public string Kind => TopicMessage.Kind;

    public InDoubtPolicy? InDoubt => InDoubtPolicy.Resend;

    // One producer takes them all on one connection, and sends many in one request.
    public int? SendsAtOnce => RecordProducer.RecordsAtOnce;

    public async Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        TopicMessage record;
        try
        {
            record = TopicMessage.FromPayload(message.Payload);
        }
        catch (InvalidDataException unreadable)
        {
            return new SendResult(SendStatus.Refused, unreadable.Message);
        }

        var headers = new Headers();
        foreach (var header in record.Headers)
        {
            headers.Add(header.Name, header.Value);
        }

        headers.Add(TopicMessage.IdHeader, Encoding.UTF8.GetBytes(message.Id));
        if (!record.Headers.Any(header => header.Name == TraceContext.ParentHeader))
        {
            message.Trace?.AddTo(headers);
        }

        GroupSpans.SendsTo(record.Topic);
        var sent = new Message<byte[], byte[]> { Key = record.Key!, Value = record.Value!, Headers = headers };
        var result = await _producer.ProduceAsync(kafka, record.Topic, sent, null, new SendBudget(timeout, time), cancellationToken)
            .ConfigureAwait(false);
        return result ?? new SendResult(
            SendStatus.NotSent,
            $"The broker takes no record of this size: raise max.message.bytes of topic '{record.Topic}', or KafkaMaxRequestBytes.");
    }

    public void Dispose() => _producer.Dispose();
}
