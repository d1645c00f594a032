using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce.Batches;

namespace FunctionsConsumers.EffectivelyOnce.DeadLetters;

/// <summary>The Kafka record of a dead letter: original key, value and headers, and headers that say why and where from.</summary>
internal static class DeadLetterRecord
{
    public static Message<byte[], byte[]> Of(DeadLetter letter, string messageId, TraceContext? trace)
    {
        var headers = new Headers();
        foreach (var header in letter.Record.Headers)
        {
            headers.Add(header.Name, header.Value);
        }

        var from = letter.Record.Coordinates;
        Add(headers, "dead-letter-reason", letter.Reason);
        Add(headers, "dead-letter-detail", letter.Detail);
        Add(headers, "dead-letter-group", letter.Group);
        Add(headers, "dead-letter-topic", from.Topic);
        Add(headers, "dead-letter-partition", from.Partition.ToString(CultureInfo.InvariantCulture));
        Add(headers, "dead-letter-offset", from.Offset.ToString(CultureInfo.InvariantCulture));
        Add(headers, "dead-letter-time", letter.DeadLetteredAt.UtcDateTime.ToString(
            "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        Add(headers, TopicMessage.IdHeader, messageId);
        AddOmitted(headers, "dead-letter-key-omitted", letter.OmittedKey);
        AddOmitted(headers, "dead-letter-headers-omitted", letter.OmittedHeaders);
        AddOmitted(headers, "dead-letter-value-omitted", letter.OmittedValue);

        // Last, so that it counts for whoever reads the dead letter; the producer's own stands where it stood.
        trace?.AddTo(headers);
        return new Message<byte[], byte[]>
        {
            Key = letter.Record.Key!,
            Value = letter.OmittedValue is { } omitted ? Note(from, omitted) : letter.Record.Value!,
            Headers = headers,
        };
    }

    private static byte[] Note(Coordinates from, OmittedPart omitted) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["value_omitted"] = true,
        ["topic"] = from.Topic,
        ["partition"] = from.Partition,
        ["offset"] = from.Offset,
        ["bytes"] = omitted.Length,
        ["sha256"] = omitted.Sha256,
    }.ToJsonString());

    private static void AddOmitted(Headers headers, string name, OmittedPart? omitted)
    {
        if (omitted is not null)
        {
            Add(headers, name, string.Create(CultureInfo.InvariantCulture, $"{omitted.Length} bytes, SHA-256 {omitted.Sha256}"));
        }
    }

    private static void Add(Headers headers, string name, string value) => headers.Add(name, Encoding.UTF8.GetBytes(value));
}
