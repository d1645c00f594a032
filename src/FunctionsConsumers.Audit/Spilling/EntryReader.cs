using System.Buffers.Binary;
using System.Text;

namespace FunctionsConsumers.Audit.Spilling;

/// <summary>Reads what an <see cref="EntryWriter" /> wrote.</summary>
/// <param name="entries">The entries.</param>
/// <param name="known">The texts that were written as numbers.</param>
internal ref struct EntryReader(ReadOnlySpan<byte> entries, KnownTexts known)
{
    private ReadOnlySpan<byte> _rest = entries;

    /// <summary>Whether nothing is left.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Reads a byte.</summary>
    public byte Byte()
    {
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    /// <summary>Reads a number that is mostly small.</summary>
    public long Number()
    {
        ulong value = 0;
        var length = 0;
        byte part;
        do
        {
            part = _rest[length];
            value |= (ulong)(part & 0x7F) << (7 * length);
            length++;
        }
        while (part >= 0x80);
        _rest = _rest[length..];
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Reads a number that is mostly large.</summary>
    public long Wide()
    {
        var value = BinaryPrimitives.ReadInt64LittleEndian(_rest);
        _rest = _rest[sizeof(long)..];
        return value;
    }

    /// <summary>Reads 16 bytes.</summary>
    public UInt128 VeryWide()
    {
        var value = BinaryPrimitives.ReadUInt128LittleEndian(_rest);
        _rest = _rest[16..];
        return value;
    }

    /// <summary>Reads a decimal with its scale.</summary>
    public decimal Amount()
    {
        var flags = (int)Number();
        var low = (ulong)Number();
        return new decimal((int)low, (int)(low >> 32), (int)Number(), flags < 0, (byte)(flags >> 16));
    }

    /// <summary>Reads a text, which may be missing.</summary>
    public string? Text()
    {
        var length = (int)Number();
        if (length < 0)
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(_rest[..length]);
        _rest = _rest[length..];
        return text;
    }

    /// <summary>Reads a text that comes again and again; it may be missing.</summary>
    public string? KnownText() => (int)Number() is var number and >= 0 ? known[number] : Text();
}
