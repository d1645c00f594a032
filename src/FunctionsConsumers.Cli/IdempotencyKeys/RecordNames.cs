using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Subjects;

namespace FunctionsConsumers.Cli.IdempotencyKeys;

/// <summary>
/// Tells whether a record goes by a name: an order id, an idempotency key, or the record's key. It reads what no consumer
/// could, as far as that can be read.
/// </summary>
internal static class RecordNames
{
    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>
    /// Whether a record goes by a name. <paramref name="read" /> is the record, or a dead letter with the record's key, value and
    /// headers.
    /// </summary>
    public static bool Has(ConsumeResult<byte[]?, byte[]?> read, string name)
    {
        var record = Original(read);
        var (orderId, eventId) = Ids(record.Value);
        return orderId == name
            || eventId == name
            || (record.Key is { } key && Encoding.UTF8.GetString(key) == name)
            || IdempotencyKey.Of(record, eventId, orderId) == name;
    }

    // What a dead letter adds to its record's headers says nothing about the record; it stands behind the record's own.
    private static ConsumedRecord Original(ConsumeResult<byte[]?, byte[]?> read)
    {
        var headers = (read.Message.Headers ?? []).Select(header => new RecordHeader(header.Key, header.GetValueBytes())).ToList();
        var own = headers.FindLastIndex(header => header.Name == TopicMessage.IdHeader);
        if (own >= 0 && headers.Exists(header => header.Name == "dead-letter-reason"))
        {
            headers.RemoveAt(own);
        }

        var coordinates = new Coordinates(read.Topic, read.Partition.Value, read.Offset.Value);
        return new ConsumedRecord(coordinates, null, read.Message.Key, read.Message.Value, headers);
    }

    private static (string? OrderId, string? EventId) Ids(byte[]? value)
    {
        string? orderId = null;
        string? eventId = null;
        try
        {
            var json = new Utf8JsonReader(value ?? [], Lenient);
            while (json.Read())
            {
                if (json is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 })
                {
                    var isOrderId = json.ValueTextEquals("order_id"u8);
                    var isEventId = json.ValueTextEquals("event_id"u8);
                    var text = json.Read() && (isOrderId || isEventId) ? Text(ref json) : null;
                    orderId = isOrderId ? text : orderId;
                    eventId = isEventId ? text : eventId;
                }
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // What stood before the break counts.
        }

        return (orderId, eventId);
    }

    private static string? Text(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.String => json.GetString(),
        JsonTokenType.Number => Encoding.UTF8.GetString(json.ValueSpan),
        _ => null,
    };
}
