using System.Text;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>The payload of a head row that holds several messages: their number, then each with its lengths before it.</summary>
internal static class PackedMessages
{
    // Of the format, so that a later one can be told from it.
    private const byte Version = 1;

    // Id, time, and the lengths of subject and payload.
    private const int FixedBytes = 64;

    /// <summary>How many bytes a message takes, at most.</summary>
    public static int MaxBytesOf(OutboxMessage message) =>
        FixedBytes + Encoding.UTF8.GetMaxByteCount(message.Subject.Length) + message.Payload.Length;

    /// <summary>Writes messages of one kind and group.</summary>
    public static byte[] Write(IReadOnlyList<OutboxMessage> messages)
    {
        // Room for all of them from the start: a stream that grows copies the messages again and again.
        using var bytes = new MemoryStream(messages.Sum(MaxBytesOf));
        using var writer = new BinaryWriter(bytes);
        writer.Write(Version);
        writer.Write7BitEncodedInt(messages.Count);
        foreach (var message in messages)
        {
            writer.Write(message.Id);
            writer.Write(message.CreatedAt.UtcTicks);
            writer.Write(message.Subject);
            writer.Write7BitEncodedInt(message.Payload.Length);
            writer.Write(message.Payload);
        }

        writer.Flush();
        return bytes.ToArray();
    }

    /// <summary>Reads them again.</summary>
    /// <exception cref="InvalidDataException">The bytes are of another format, or cut off.</exception>
    public static IReadOnlyList<OutboxMessage> Read(byte[] bytes, string kind, string group)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes));
            if (reader.ReadByte() is var version && version != Version)
            {
                throw new InvalidDataException(
                    $"Messages in the outbox of '{group}' are written in format {version}; this version reads format {Version}.");
            }

            // Read one by one, and not by the number alone: bytes of another format may say anything.
            var count = reader.Read7BitEncodedInt();
            var messages = new List<OutboxMessage>();
            for (var i = 0; i < count; i++)
            {
                var id = reader.ReadString();
                var createdAt = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
                var subject = reader.ReadString();
                var length = reader.Read7BitEncodedInt();
                var payload = reader.ReadBytes(length);
                messages.Add(payload.Length == length
                    ? new OutboxMessage(id, kind, group, subject, payload, createdAt)
                    : throw new EndOfStreamException());
            }

            return messages.Count > 0 ? messages : throw new EndOfStreamException();
        }
        catch (Exception unreadable) when (unreadable is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"Messages in the outbox of '{group}' are cut off, or not in format {Version}.", unreadable);
        }
    }
}
