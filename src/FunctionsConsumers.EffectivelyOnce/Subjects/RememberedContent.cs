using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace FunctionsConsumers.EffectivelyOnce.Subjects;

/// <summary>Keys, values and headers of records, one behind the other in a few large arrays.</summary>
internal sealed class RememberedContent
{
    /// <summary>The longest record that is taken. An array of that length is no large object for the collector.</summary>
    public const int ChunkLength = 64 * 1024;

    // A length stands before each part; no part at all is another thing than an empty one.
    private const int Prefix = sizeof(int);
    private const int None = -1;

    private readonly List<byte[]> _chunks = [];
    private int _used;
    private int _end;

    /// <summary>How many bytes a record takes here.</summary>
    public static int LengthOf(ConsumedRecord record)
    {
        var length = (3 * Prefix) + (record.Value?.Length ?? 0) + (record.Key?.Length ?? 0);
        for (var i = 0; i < record.Headers.Count; i++)
        {
            length += (2 * Prefix) + (sizeof(char) * record.Headers[i].Name.Length) + (record.Headers[i].Value?.Length ?? 0);
        }

        return length;
    }

    /// <summary>Adds a record, and says where it begins.</summary>
    public int Add(ConsumedRecord record)
    {
        var length = LengthOf(record);
        if (_used == 0 || _end + length > ChunkLength)
        {
            if (_used == _chunks.Count)
            {
                _chunks.Add(new byte[ChunkLength]);
            }

            (_used, _end) = (_used + 1, 0);
        }

        var place = ((_used - 1) * ChunkLength) + _end;
        var rest = _chunks[_used - 1].AsSpan(_end, length);
        Write(ref rest, record.Value);
        Write(ref rest, record.Key);
        WriteLength(ref rest, record.Headers.Count);
        for (var i = 0; i < record.Headers.Count; i++)
        {
            Write(ref rest, NameOf(record.Headers[i]), isThere: true);
            Write(ref rest, record.Headers[i].Value);
        }

        _end += length;
        return place;
    }

    /// <summary>Whether the record at a place has the same key, value and headers.</summary>
    public bool IsAt(int place, ConsumedRecord record)
    {
        ReadOnlySpan<byte> rest = _chunks[place / ChunkLength].AsSpan(place % ChunkLength);
        if (!Reads(ref rest, record.Value, record.Value is not null)
            || !Reads(ref rest, record.Key, record.Key is not null)
            || ReadLength(ref rest) != record.Headers.Count)
        {
            return false;
        }

        for (var i = 0; i < record.Headers.Count; i++)
        {
            var header = record.Headers[i];
            if (!Reads(ref rest, NameOf(header), isThere: true) || !Reads(ref rest, header.Value, header.Value is not null))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Forgets all records, and keeps the arrays.</summary>
    public void Clear() => (_used, _end) = (0, 0);

    private static ReadOnlySpan<byte> NameOf(RecordHeader header) => MemoryMarshal.AsBytes(header.Name.AsSpan());

    private static void Write(ref Span<byte> rest, byte[]? part) => Write(ref rest, part, part is not null);

    private static void Write(ref Span<byte> rest, ReadOnlySpan<byte> part, bool isThere)
    {
        WriteLength(ref rest, isThere ? part.Length : None);
        part.CopyTo(rest);
        rest = rest[part.Length..];
    }

    private static void WriteLength(ref Span<byte> rest, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(rest, length);
        rest = rest[Prefix..];
    }

    private static bool Reads(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> part, bool isThere)
    {
        if (ReadLength(ref rest) != (isThere ? part.Length : None) || !rest.StartsWith(part))
        {
            return false;
        }

        rest = rest[part.Length..];
        return true;
    }

    private static int ReadLength(ref ReadOnlySpan<byte> rest)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
        rest = rest[Prefix..];
        return length;
    }
}
