using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FunctionsConsumers.EffectivelyOnce.Hosting;

/// <summary>
/// Makes events of records whose values are JSON. What is not JSON, does not fit the type, or has no subject is rejected with its
/// reason. <paramref name="eventId" /> is null if events have none.
/// </summary>
internal sealed class JsonEventDecoder<TEvent>(JsonTypeInfo<TEvent> json, Func<TEvent, string?> subject, Func<TEvent, string?>? eventId)
    : IEventDecoder<TEvent>
{
    public bool DecodesByContent => true;

    public Decoded<TEvent> Decode(ConsumedRecord record)
    {
        TEvent? decoded;
        try
        {
            decoded = JsonSerializer.Deserialize(record.Value ?? [], json);
        }
        catch (JsonException failure)
        {
            return IsJson(record.Value ?? [])
                ? Rejected(DeadLetterReasons.NotAnEvent, $"The value is JSON, and no {typeof(TEvent).Name}: {failure.Message}")
                : Rejected(DeadLetterReasons.NotJson, $"The value is not JSON: {failure.Message}");
        }
#pragma warning disable CA1031 // Converters and constructors of the domain may throw anything; a record that does it to them is no event.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return Rejected(DeadLetterReasons.NotAnEvent, $"The value is no {typeof(TEvent).Name}: {failure.Message}");
        }

        if (decoded is null)
        {
            return Rejected(DeadLetterReasons.NotAnEvent, $"The value is the JSON word null, and no {typeof(TEvent).Name}.");
        }

        try
        {
            return subject(decoded) is { Length: > 0 } about
                ? new Decoded<TEvent>(decoded, about, eventId?.Invoke(decoded), null)
                : Rejected(DeadLetterReasons.NoSubject, $"The {typeof(TEvent).Name} names no subject: nothing says what it is about.");
        }
#pragma warning disable CA1031 // The two functions read an event in which anything may be missing.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return Rejected(DeadLetterReasons.NoSubject, $"The subject of the {typeof(TEvent).Name} cannot be read: {failure.Message}");
        }
    }

    public ValueTask RefreshAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private static Decoded<TEvent> Rejected(string reason, string detail) => new(default, null, null, new Rejection(reason, detail));

    private bool IsJson(byte[] value)
    {
        try
        {
            var reader = new Utf8JsonReader(value, new JsonReaderOptions
            {
                AllowTrailingCommas = json.Options.AllowTrailingCommas,
                CommentHandling = json.Options.ReadCommentHandling,
                MaxDepth = json.Options.MaxDepth,
            });
            while (reader.Read())
            {
            }

            return value.Length > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
