using System.Text;
using Confluent.Kafka;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>How large the request is that carries one record alone, at most: known before it is sent.</summary>
internal static class RequestBytes
{
    // The request's header with the client's id, the batch's header of 61 bytes, and the record's own numbers: below 300 bytes.
    private const int Overhead = 512;

    // The lengths of a header's name and value, each a number of at most five bytes.
    private const int HeaderOverhead = 10;

    /// <summary>The size of the request. Never fewer than the client sends.</summary>
    public static long Of(string topic, Message<byte[], byte[]> message) =>
        Overhead
        + Encoding.UTF8.GetByteCount(topic)
        + (long)(message.Key?.Length ?? 0)
        + (message.Value?.Length ?? 0)
        + (message.Headers ?? []).Sum(
            header => (long)HeaderOverhead + Encoding.UTF8.GetByteCount(header.Key) + (header.GetValueBytes()?.Length ?? 0));
}
