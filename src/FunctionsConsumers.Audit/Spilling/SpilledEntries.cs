namespace FunctionsConsumers.Audit.Spilling;

/// <summary>Bytes that are written entry after entry and read back as a whole. Only the last block is sure to be in memory.</summary>
/// <param name="spill">Keeps the full blocks.</param>
internal sealed class SpilledEntries(Spill spill)
{
    private const int FirstTail = 256;

    private readonly List<SpilledBlock> _blocks = [];
    private byte[] _tail = [];
    private int _filled;

    /// <summary>The number of bytes.</summary>
    public long Length => ((long)_blocks.Count * spill.BlockSize) + _filled;

    /// <summary>Adds an entry.</summary>
    /// <param name="entry">Its bytes.</param>
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
    public ReadOnlySpan<byte> ReadAll(ref byte[] buffer)
    {
        var length = checked((int)Length);
        if (buffer.Length < length)
        {
            buffer = new byte[length + (length / 4)];
        }

        var at = 0;
        foreach (var block in _blocks)
        {
            spill.Read(block, buffer.AsSpan(at));
            at += spill.BlockSize;
        }

        _tail.AsSpan(0, _filled).CopyTo(buffer.AsSpan(at));
        return buffer.AsSpan(0, length);
    }

    /// <summary>Reads one block.</summary>
    /// <param name="block">Its number, from 0.</param>
    /// <param name="into">Takes the bytes.</param>
    /// <returns>The number of bytes.</returns>
    public int ReadBlock(int block, Span<byte> into)
    {
        if (block < _blocks.Count)
        {
            spill.Read(_blocks[block], into);
            return spill.BlockSize;
        }

        _tail.AsSpan(0, _filled).CopyTo(into);
        return _filled;
    }

    /// <summary>Forgets all entries.</summary>
    public void Clear()
    {
        _blocks.ForEach(spill.Free);
        _blocks.Clear();
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
            return;
        }

        var kept = spill.Keep(_tail);
        _blocks.Add(kept);
        if (kept.Memory is not null)
        {
            _tail = new byte[spill.BlockSize];
            spill.Held += spill.BlockSize;
        }

        _filled = 0;
    }
}

/// <summary>A list of entries for each share.</summary>
/// <param name="spill">Keeps the full blocks.</param>
internal sealed class SpilledShares(Spill spill)
{
    private readonly SpilledEntries?[] _shares = new SpilledEntries?[Spill.Shares];

    /// <summary>Adds an entry to a share.</summary>
    /// <param name="share">The share.</param>
    /// <param name="entry">The entry.</param>
    public void Append(int share, ReadOnlySpan<byte> entry) => (_shares[share] ??= new SpilledEntries(spill)).Append(entry);

    /// <summary>Reads a share.</summary>
    /// <param name="share">The share.</param>
    /// <param name="buffer">Holds it afterwards; replaced by a larger one where it has to be.</param>
    /// <returns>The entries.</returns>
    public ReadOnlySpan<byte> ReadAll(int share, ref byte[] buffer) => _shares[share] is { } entries ? entries.ReadAll(ref buffer) : [];

    /// <summary>Forgets all shares.</summary>
    public void Clear()
    {
        foreach (var entries in _shares)
        {
            entries?.Clear();
        }

        Array.Clear(_shares);
    }
}
