using System.Text;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>
/// The parts of a Kafka record inside the payloads that the library keeps in an outbox. What is written here stands in
/// tables that other versions read: the bytes never change.
/// </summary>
internal static class PayloadBytes
{
    /// <summary>Writes a payload. <paramref name="valueLength" /> is the length of the record's value, to allocate once.</summary>
    public static byte[] Write(int valueLength, Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream(valueLength + 256);
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        write(writer);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads a payload.</summary>
    /// <exception cref="InvalidDataException">The payload is cut off.</exception>
    public static T Read<T>(byte[] payload, string what, Func<BinaryReader, T> read)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(payload, writable: false), Encoding.UTF8);
            return read(reader);
        }
        catch (Exception unreadable) when (unreadable is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"{what} in the outbox is cut off.", unreadable);
        }
    }

    /// <summary>Writes key, value and headers: each as its length and its bytes, -1 for none.</summary>
    public static void WriteRecord(this BinaryWriter writer, RecordBytes record)
    {
        Write(writer, record.Key);
        Write(writer, record.Value);
        writer.Write(record.Headers.Count);
        foreach (var header in record.Headers)
        {
            writer.Write(header.Name);
            Write(writer, header.Value);
        }
    }

    /// <summary>Reads what <see cref="WriteRecord" /> wrote.</summary>
    public static RecordBytes ReadRecord(this BinaryReader reader)
    {
        var key = ReadBytes(reader);
        var value = ReadBytes(reader);
        var count = reader.ReadInt32();
        var headers = new List<RecordHeader>();
        for (var i = 0; i < count; i++)
        {
            headers.Add(new RecordHeader(reader.ReadString(), ReadBytes(reader)));
        }

        return new RecordBytes(key, value, headers);
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

/// <summary>What a Kafka record carries.</summary>
/// <param name="Key">The key; null for none.</param>
/// <param name="Value">The value; null for a tombstone.</param>
/// <param name="Headers">The headers, in order.</param>
internal readonly record struct RecordBytes(byte[]? Key, byte[]? Value, IReadOnlyList<RecordHeader> Headers);
