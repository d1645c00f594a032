using System.Text;

namespace FunctionsConsumers.EffectivelyOnce.DeadLetters;

/// <summary>A record that a group could not apply, with everything needed to send it to the dead-letter topic.</summary>
/// <param name="Group">The consumer group.</param>
/// <param name="Reason">One word of the closed list.</param>
/// <param name="Detail">One sentence.</param>
/// <param name="DeadLetteredAt">When, UTC.</param>
/// <param name="Record">The record, with its key, value and headers as they were.</param>
/// <param name="OmittedValue">The length and the fingerprint of a value too large to carry; null where it is carried.</param>
internal sealed record DeadLetter(
    string Group, string Reason, string Detail, DateTimeOffset DeadLetteredAt, ConsumedRecord Record, OmittedValue? OmittedValue = null)
{
    /// <summary>The kind of message under which the outbox holds dead letters.</summary>
    public const string Kind = "dead-letter";

    /// <summary>The dead-letter topic of a group.</summary>
    /// <param name="topic">The topic the record came from.</param>
    /// <param name="group">The consumer group.</param>
    /// <returns><c>topic.group.dead-letters</c>.</returns>
    public static string TopicOf(string topic, string group) => $"{topic}.{group}.dead-letters";

    /// <summary>The same dead letter without its value, for where the value is too large.</summary>
    /// <returns>A dead letter that carries length and hash instead.</returns>
    public DeadLetter WithoutValue() => OmittedValue is not null
        ? this
        : this with
        {
            OmittedValue = new OmittedValue(Record.Value?.Length ?? 0, Subjects.Fingerprint.Of(Record.Value)),
            Record = Record with { Value = null },
        };

    /// <summary>Writes the dead letter as the payload of a message.</summary>
    /// <returns>The bytes.</returns>
    public byte[] ToPayload()
    {
        using var stream = new MemoryStream((Record.Value?.Length ?? 0) + 256);
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write((byte)1);
        writer.Write(Group);
        writer.Write(Reason);
        writer.Write(Detail);
        writer.Write(DeadLetteredAt.UtcTicks);
        writer.Write(Record.Coordinates.Topic);
        writer.Write(Record.Coordinates.Partition);
        writer.Write(Record.Coordinates.Offset);
        writer.Write(Record.Timestamp.UtcTicks);
        Write(writer, Record.Key);
        Write(writer, Record.Value);
        writer.Write(Record.Headers.Count);
        foreach (var header in Record.Headers)
        {
            writer.Write(header.Name);
            Write(writer, header.Value);
        }

        writer.Write(OmittedValue is not null);
        if (OmittedValue is { } omitted)
        {
            writer.Write(omitted.Length);
            writer.Write(omitted.Sha256);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads a dead letter from a message's payload.</summary>
    /// <param name="payload">What <see cref="ToPayload" /> wrote.</param>
    /// <returns>The dead letter.</returns>
    /// <exception cref="InvalidDataException">The payload is of another version.</exception>
    public static DeadLetter FromPayload(byte[] payload)
    {
        using var reader = new BinaryReader(new MemoryStream(payload, writable: false), Encoding.UTF8);
        var version = reader.ReadByte();
        if (version != 1)
        {
            throw new InvalidDataException($"A dead letter in the outbox has version {version}; this build reads version 1.");
        }

        var group = reader.ReadString();
        var reason = reader.ReadString();
        var detail = reader.ReadString();
        var at = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
        var coordinates = new Coordinates(reader.ReadString(), reader.ReadInt32(), reader.ReadInt64());
        var timestamp = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
        var key = ReadBytes(reader);
        var value = ReadBytes(reader);
        var headers = new RecordHeader[reader.ReadInt32()];
        for (var i = 0; i < headers.Length; i++)
        {
            headers[i] = new RecordHeader(reader.ReadString(), ReadBytes(reader));
        }

        var omitted = reader.ReadBoolean() ? new OmittedValue(reader.ReadInt32(), reader.ReadString()) : null;
        return new DeadLetter(group, reason, detail, at, new ConsumedRecord(coordinates, timestamp, key, value, headers), omitted);
    }

    private static void Write(BinaryWriter writer, byte[]? bytes)
    {
        writer.Write(bytes?.Length ?? -1);
        writer.Write(bytes ?? []);
    }

    private static byte[]? ReadBytes(BinaryReader reader) => reader.ReadInt32() is var length and >= 0 ? reader.ReadBytes(length) : null;
}

/// <summary>What stands for a value too large to carry.</summary>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Sha256">Its SHA-256, 64 hex digits.</param>
internal sealed record OmittedValue(int Length, string Sha256);
