using System.Text;

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
    /// <returns>The payload.</returns>
    public byte[] ToPayload()
    {
        using var stream = new MemoryStream((Value?.Length ?? 0) + 256);
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Format);
        writer.Write(Topic);
        Write(writer, Key);
        Write(writer, Value);
        writer.Write(Headers.Count);
        foreach (var header in Headers)
        {
            writer.Write(header.Name);
            Write(writer, header.Value);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads a record.</summary>
    /// <param name="payload">What <see cref="ToPayload" /> wrote.</param>
    /// <returns>The record.</returns>
    /// <exception cref="InvalidDataException">The payload is in another format, or cut off.</exception>
    public static TopicMessage FromPayload(byte[] payload)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(payload, writable: false), Encoding.UTF8);
            if (reader.ReadByte() is var format && format != Format)
            {
                throw new InvalidDataException($"A record for a topic in the outbox has format {format}; this version reads format {Format}.");
            }

            var topic = reader.ReadString();
            var key = ReadBytes(reader);
            var value = ReadBytes(reader);
            var count = reader.ReadInt32();
            var headers = new List<RecordHeader>();
            for (var i = 0; i < count; i++)
            {
                headers.Add(new RecordHeader(reader.ReadString(), ReadBytes(reader)));
            }

            return new TopicMessage(topic, key, value, headers);
        }
        catch (Exception unreadable) when (unreadable is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("A record for a topic in the outbox is cut off.", unreadable);
        }
    }

    private static void Write(BinaryWriter writer, byte[]? bytes)
    {
        writer.Write(bytes?.Length ?? -1);
        writer.Write(bytes ?? []);
    }

    private static byte[]? ReadBytes(BinaryReader reader)
    {
        var length = reader.ReadInt32();
        if (length < 0)
        {
            return null;
        }

        var bytes = reader.ReadBytes(length);
        return bytes.Length == length ? bytes : throw new EndOfStreamException();
    }
}
