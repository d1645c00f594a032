using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;
using Wolverine;
using Wolverine.Kafka;
using Wolverine.Util;

namespace FunctionsConsumers.Peers;

/// <summary>Makes Wolverine's envelope of a record that another system produced.</summary>
/// <param name="tally">Counts the records.</param>
/// <param name="known">Whether the envelope's id is made of the order's, so that the inbox knows a resend.</param>
internal sealed class OrderMapper(Tally tally, bool known) : IKafkaEnvelopeMapper
{
    private static readonly string MessageType = typeof(OrderPlaced).ToMessageTypeName();

    public void MapIncomingToEnvelope(Envelope envelope, Message<string, byte[]> incoming)
    {
        tally.Read();
        envelope.MessageType = MessageType;
        envelope.ContentType = "application/json";
        envelope.Data = incoming.Value;
        if (known)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(Encoding.UTF8.GetBytes(incoming.Key), hash);
            envelope.Id = new Guid(hash[..16]);
        }
    }

    public void MapEnvelopeToOutgoing(Envelope envelope, Message<string, byte[]> outgoing) =>
        throw new NotSupportedException("Nothing is sent here.");
}
