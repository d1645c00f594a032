using System.Buffers.Binary;

namespace FunctionsConsumers.Audit.Spilling;

/// <summary>
/// Bytes that are written entry after entry and read back as a whole. Only the last block is sure to be in memory; each begins
/// with the place of the one before, so the list itself takes no more memory the longer it is.
/// </summary>
/// <param name="spill">Keeps the full blocks.</param>
internal sealed class SpilledEntries(Spill spill)
{
    private const int FirstTail = 128;
    private const int LinkSize = sizeof(long);

    private byte[] _tail = [];
    private int _filled;
    private long _before;
    private int _blocks;

    private int BlockBytes => spill.BlockSize - LinkSize;

    private int TailBytes => _tail.Length == 0 ? 0 : _filled - LinkSize;

    /// <summary>Adds an entry.</summary>
    /// <param name="entry">Its bytes.</param>
    /// <exception cref="AuditException">The file cannot be written.</exception>
    public void Append(ReadOnlySpan<byte> entry)
    {
        while (!entry.IsEmpty)
        {
            if (_filled == _tail.Length)
            {
                MakeRoom();
            }

            var count = Math.Min(entry.Length, _tail.Length - _filled);
            entry[..count].CopyTo(_tail.AsSpan(_filled));
            _filled += count;
            entry = entry[count..];
        }
    }

    /// <summary>Reads all entries.</summary>
    /// <param name="buffer">Holds them afterwards; replaced by a larger one where it has to be.</param>
    /// <returns>The entries.</returns>
    /// <exception cref="AuditException">The file cannot be read.</exception>
    public ReadOnlySpan<byte> ReadAll(ref byte[] buffer)
    {
        // The link of the first block stands before the first byte.
        var length = checked((_blocks * BlockBytes) + TailBytes);
        if (buffer.Length < LinkSize + length)
        {
            buffer = new byte[LinkSize + length + (length / 4)];
        }

        // From the end, since a block knows the one before: its link is read over, and then overwritten by that one's end.
        var at = LinkSize + length - TailBytes;
        _tail.AsSpan(_filled - TailBytes, TailBytes).CopyTo(buffer.AsSpan(at));
        var before = _before;
        for (var block = _blocks; block > 0; block--)
        {
            at -= BlockBytes;
            spill.Read(before, buffer.AsSpan(at - LinkSize, spill.BlockSize));
            before = BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(at - LinkSize));
        }

        return buffer.AsSpan(LinkSize, length);
    }

    /// <summary>Forgets all entries.</summary>
    public void Clear()
    {
        Span<byte> link = stackalloc byte[LinkSize];
        for (; _blocks > 0; _blocks--)
        {
            spill.Read(_before, link);
            spill.Free(_before);
            _before = BinaryPrimitives.ReadInt64LittleEndian(link);
        }

        spill.Held -= _tail.Length;
        (_tail, _filled) = ([], 0);
    }

    // A block begins small: most of an audit's many lists stay short.
    private void MakeRoom()
    {
        if (_tail.Length < spill.BlockSize)
        {
            var larger = Math.Min(Math.Max(FirstTail, 2 * _tail.Length), spill.BlockSize);
            spill.Held += larger - _tail.Length;
            Array.Resize(ref _tail, larger);
            _filled = Math.Max(_filled, LinkSize);
            return;
        }

        BinaryPrimitives.WriteInt64LittleEndian(_tail, _before);
        _before = spill.Keep(_tail);
        _blocks++;
        _filled = LinkSize;
        if (Spill.IsInMemory(_before))
        {
            _tail = new byte[spill.BlockSize];
            spill.Held += spill.BlockSize;
        }
    }
}
