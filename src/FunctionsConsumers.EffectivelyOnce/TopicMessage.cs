namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>A record for a Kafka topic as the payload of a message in the outbox.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Key">The key; null for none.</param>
/// <param name="Value">The value; null for a tombstone.</param>
/// <param name="Headers">The headers, without the library's own.</param>
internal sealed record TopicMessage(string Topic, byte[]? Key, byte[]? Value, IReadOnlyList<RecordHeader> Headers)
{
    /// <summary>The kind of message under which the outbox holds records for topics.</summary>
    public const string Kind = "topic";

    /// <summary>The header with the message's id: the same for every attempt, and an idempotency key for who reads the record.</summary>
    public const string IdHeader = "message-id";

    private const byte Format = 1;

    /// <summary>Writes the record.</summary>
    public byte[] ToPayload() => PayloadBytes.Write(Value?.Length ?? 0, writer =>
    {
        writer.Write(Format);
        writer.Write(Topic);
        writer.WriteRecord(new RecordBytes(Key, Value, Headers));
    });

    /// <summary>Reads a record.</summary>
    /// <param name="payload">What <see cref="ToPayload" /> wrote.</param>
    /// <returns>The record.</returns>
    /// <exception cref="InvalidDataException">The payload is in another format, or cut off.</exception>
    public static TopicMessage FromPayload(byte[] payload) => PayloadBytes.Read(payload, "A record for a topic", reader =>
    {
        if (reader.ReadByte() is var format && format != Format)
        {
            throw new InvalidDataException($"A record for a topic in the outbox has format {format}; this version reads format {Format}.");
        }

        var topic = reader.ReadString();
        var record = reader.ReadRecord();
        return new TopicMessage(topic, record.Key, record.Value, record.Headers);
    });
}
