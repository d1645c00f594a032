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
    public static byte[] Write(DeadLetter letter)
    {
        var record = letter.Record;
        var format = record.Timestamp is not null && letter is { OmittedKey: null, OmittedHeaders: null } ? First : Second;
        return PayloadBytes.Write(record.Value?.Length ?? 0, writer =>
        {
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
            writer.WriteRecord(new RecordBytes(record.Key, record.Value, record.Headers));
            Write(writer, letter.OmittedValue);
            if (format == Second)
            {
                Write(writer, letter.OmittedKey);
                Write(writer, letter.OmittedHeaders);
            }
        });
    }

    /// <summary>Reads a dead letter.</summary>
    /// <exception cref="InvalidDataException">The payload is in another format, or cut off.</exception>
    public static DeadLetter Read(byte[] payload) => PayloadBytes.Read(payload, "A dead letter", Read);

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
        var record = reader.ReadRecord();

        // Earlier versions took a missing timestamp for the first moment of 1970.
        return new DeadLetter(
            group,
            reason,
            detail,
            at,
            new ConsumedRecord(
                coordinates, hasTimestamp && timestamp > DateTimeOffset.UnixEpoch
                ? timestamp
                : null, record.Key, record.Value, record.Headers),
            ReadOmitted(reader),
            format == First ? null : ReadOmitted(reader),
            format == First ? null : ReadOmitted(reader));
    }

    // Lengths take four bytes, which is as much as a value of Kafka can have.
    private static void Write(BinaryWriter writer, OmittedPart? omitted)
    {
        writer.Write(omitted is not null);
        if (omitted is not null)
        {
            writer.Write((int)Math.Min(omitted.Length, int.MaxValue));
            writer.Write(omitted.Sha256);
        }
    }

    private static OmittedPart? ReadOmitted(BinaryReader reader) =>
        reader.ReadBoolean() ? new OmittedPart(reader.ReadInt32(), reader.ReadString()) : null;
}
