using System.Text;
using FunctionsConsumers.EffectivelyOnce.Batches;

namespace FunctionsConsumers.EffectivelyOnce.DeadLetters;

/// <summary>
/// A dead letter as the payload of a message in the outbox. Format 1 is written wherever it can say what there is to say,
/// so that hosts of an earlier version, which know no other, can send it too.
/// </summary>
internal static class DeadLetterPayload
{
    // Format 2 adds to format 1 that a record may have no timestamp, and that key and headers may be omitted.
    private const byte First = 1;
    private const byte Second = 2;

    /// <summary>Writes a dead letter.</summary>
    /// <param name="letter">The dead letter.</param>
    /// <returns>The bytes.</returns>
    public static byte[] Write(DeadLetter letter)
    {
        var record = letter.Record;
        var format = record.Timestamp is not null && letter is { OmittedKey: null, OmittedHeaders: null } ? First : Second;
        using var stream = new MemoryStream((record.Value?.Length ?? 0) + 256);
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(format);
        writer.Write(letter.Group);
        writer.Write(letter.Reason);
        writer.Write(letter.Detail);
        writer.Write(letter.DeadLetteredAt.UtcTicks);
        writer.Write(record.Coordinates.Topic);
        writer.Write(record.Coordinates.Partition);
        writer.Write(record.Coordinates.Offset);
        if (format == Second)
        {
            writer.Write(record.Timestamp is not null);
        }

        writer.Write((record.Timestamp ?? DateTimeOffset.UnixEpoch).UtcTicks);
        Write(writer, record.Key);
        Write(writer, record.Value);
        writer.Write(record.Headers.Count);
        foreach (var header in record.Headers)
        {
            writer.Write(header.Name);
            Write(writer, header.Value);
        }

        // The first format knows lengths of four bytes, as a value has at most.
        Write(writer, letter.OmittedValue);
        if (format == Second)
        {
            Write(writer, letter.OmittedKey);
            Write(writer, letter.OmittedHeaders);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads a dead letter.</summary>
    /// <param name="payload">What <see cref="Write(DeadLetter)" /> wrote.</param>
    /// <returns>The dead letter.</returns>
    /// <exception cref="InvalidDataException">The payload is in another format, or cut off.</exception>
    public static DeadLetter Read(byte[] payload)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(payload, writable: false), Encoding.UTF8);
            return Read(reader);
        }
        catch (Exception unreadable) when (unreadable is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("A dead letter in the outbox is cut off.", unreadable);
        }
    }

    private static DeadLetter Read(BinaryReader reader)
    {
        var format = reader.ReadByte();
        if (format is not (First or Second))
        {
            throw new InvalidDataException($"A dead letter in the outbox has version {format}; this build reads versions 1 and 2.");
        }

        var group = reader.ReadString();
        var reason = reader.ReadString();
        var detail = reader.ReadString();
        var at = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
        var coordinates = new Coordinates(reader.ReadString(), reader.ReadInt32(), reader.ReadInt64());
        var hasTimestamp = format == First || reader.ReadBoolean();
        var timestamp = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
        var key = ReadBytes(reader);
        var value = ReadBytes(reader);
        var count = reader.ReadInt32();
        var headers = new List<RecordHeader>();
        for (var i = 0; i < count; i++)
        {
            headers.Add(new RecordHeader(reader.ReadString(), ReadBytes(reader)));
        }

        // Earlier versions took a missing timestamp for the first moment of 1970.
        return new DeadLetter(
            group,
            reason,
            detail,
            at,
            new ConsumedRecord(coordinates, hasTimestamp && timestamp > DateTimeOffset.UnixEpoch ? timestamp : null, key, value, headers),
            ReadOmitted(reader),
            format == First ? null : ReadOmitted(reader),
            format == First ? null : ReadOmitted(reader));
    }

    private static void Write(BinaryWriter writer, byte[]? bytes)
    {
        writer.Write(bytes?.Length ?? -1);
        writer.Write(bytes ?? []);
    }

    private static void Write(BinaryWriter writer, OmittedPart? omitted)
    {
        writer.Write(omitted is not null);
        if (omitted is not null)
        {
            writer.Write((int)Math.Min(omitted.Length, int.MaxValue));
            writer.Write(omitted.Sha256);
        }
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

    private static OmittedPart? ReadOmitted(BinaryReader reader) => reader.ReadBoolean() ? new OmittedPart(reader.ReadInt32(), reader.ReadString()) : null;
}
