using System.Buffers.Binary;
using System.Text;

namespace FunctionsConsumers.Audit.Spilling;

/// <summary>Writes one entry after the other into one buffer; <see cref="EntryReader" /> reads them in the same order.</summary>
internal sealed class EntryWriter
{
    private byte[] _buffer = new byte[1024];
    private int _length;

    /// <summary>The texts that are written as numbers.</summary>
    public KnownTexts Known { get; } = new();

    /// <summary>What was written since the last <see cref="Begin" />.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Begins an entry.</summary>
    /// <returns>The writer.</returns>
    public EntryWriter Begin()
    {
        _length = 0;
        return this;
    }

    /// <summary>Writes a byte.</summary>
    public void Byte(byte value) => Room(1)[0] = value;

    /// <summary>Writes a number that is mostly small, whatever its sign.</summary>
    public void Number(long value)
    {
        var rest = (ulong)((value << 1) ^ (value >> 63));
        var room = Room(10, claim: false);
        var length = 0;
        for (; rest >= 0x80; rest >>= 7)
        {
            room[length++] = (byte)(rest | 0x80);
        }

        room[length++] = (byte)rest;
        _length += length;
    }

    /// <summary>Writes a number that is mostly large.</summary>
    public void Wide(long value) => BinaryPrimitives.WriteInt64LittleEndian(Room(sizeof(long)), value);

    /// <summary>Writes 16 bytes.</summary>
    public void Wide(UInt128 value) => BinaryPrimitives.WriteUInt128LittleEndian(Room(16), value);

    /// <summary>Writes a decimal with its scale.</summary>
    public void Amount(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        Number(parts[3]);
        Number((long)(((ulong)(uint)parts[1] << 32) | (uint)parts[0]));
        Number(parts[2]);
    }

    /// <summary>Writes a text, which may be missing.</summary>
    public void Text(string? text)
    {
        if (text is null)
        {
            Number(-1);
            return;
        }

        var bytes = Encoding.UTF8.GetByteCount(text);
        Number(bytes);
        Encoding.UTF8.GetBytes(text, Room(bytes));
    }

    /// <summary>Writes a text that comes again and again; it may be missing.</summary>
    public void KnownText(string? text)
    {
        var number = text is null ? -1 : Known.NumberOf(text);
        Number(number);
        if (number < 0)
        {
            Text(text);
        }
    }

    private Span<byte> Room(int count, bool claim = true)
    {
        if (_buffer.Length - _length < count)
        {
            Array.Resize(ref _buffer, Math.Max(2 * _buffer.Length, _length + count));
        }

        var room = _buffer.AsSpan(_length, count);
        _length += claim ? count : 0;
        return room;
    }
}
