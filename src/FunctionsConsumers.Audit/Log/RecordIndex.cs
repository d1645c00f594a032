using System.Buffers.Binary;
using FunctionsConsumers.Audit.Spilling;

namespace FunctionsConsumers.Audit.Log;

/// <summary>
/// Where each record went: its share by its coordinates. Dead letters name coordinates and no order, and so does an effect
/// whose own order has no such record.
/// </summary>
/// <param name="spill">Keeps the entries.</param>
internal sealed class RecordIndex(Spill spill)
{
    // Offset and share in one number, then the time.
    private const int EntrySize = 16;

    private readonly Dictionary<int, PartitionEntries> _partitions = [];
    private readonly byte[] _block = new byte[spill.BlockSize];
    private long? _inBlock;

    /// <summary>Adds a record.</summary>
    /// <param name="partition">Its partition.</param>
    /// <param name="offset">Its offset, above that of the record before in this partition.</param>
    /// <param name="record">What is to be found.</param>
    public void Add(int partition, long offset, IndexedRecord record)
    {
        if (!_partitions.TryGetValue(partition, out var entries))
        {
            _partitions[partition] = entries = new PartitionEntries();
        }

        if (offset <= entries.Last)
        {
            throw new InvalidOperationException($"Partition {partition} was read in another order than that of its offsets, at {offset}.");
        }

        entries.Last = offset;
        if (entries.Filled == entries.Tail.Length)
        {
            MakeRoom(entries, offset);
        }

        var entry = entries.Tail.AsSpan(entries.Filled, EntrySize);
        BinaryPrimitives.WriteInt64LittleEndian(entry, (offset * Spill.Shares) + record.Share);
        BinaryPrimitives.WriteInt64LittleEndian(entry[sizeof(long)..], record.WrittenAt.Ticks);
        entries.Filled += EntrySize;
    }

    /// <summary>Finds a record.</summary>
    /// <param name="partition">Its partition.</param>
    /// <param name="offset">Its offset.</param>
    /// <returns>The record; null where none was read.</returns>
    /// <exception cref="AuditException">The file cannot be read.</exception>
    public IndexedRecord? Find(int partition, long offset)
    {
        if (!_partitions.TryGetValue(partition, out var entries) || offset < entries.Firsts[0] || offset > entries.Last)
        {
            return null;
        }

        var at = entries.Firsts.BinarySearch(offset);
        var block = at >= 0 ? at : ~at - 1;
        return FindIn(block < entries.Blocks.Count ? Read(entries.Blocks[block]) : entries.Tail.AsSpan(0, entries.Filled), offset);
    }

    private static IndexedRecord? FindIn(ReadOnlySpan<byte> block, long offset)
    {
        var (low, high) = (0, (block.Length / EntrySize) - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var key = BinaryPrimitives.ReadInt64LittleEndian(block[(middle * EntrySize)..]);
            if (key / Spill.Shares == offset)
            {
                var ticks = BinaryPrimitives.ReadInt64LittleEndian(block[((middle * EntrySize) + sizeof(long))..]);
                return new IndexedRecord((int)(key % Spill.Shares), new DateTime(ticks, DateTimeKind.Utc));
            }

            (low, high) = key / Spill.Shares < offset ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    private ReadOnlySpan<byte> Read(long block)
    {
        if (_inBlock != block)
        {
            spill.Read(block, _block);
            _inBlock = block;
        }

        return _block;
    }

    private void MakeRoom(PartitionEntries entries, long offset)
    {
        if (entries.Filled > 0)
        {
            entries.Blocks.Add(spill.Keep(entries.Tail));
        }

        if (entries.Filled == 0 || Spill.IsInMemory(entries.Blocks[^1]))
        {
            entries.Tail = new byte[spill.BlockSize];
            spill.Held += spill.BlockSize;
        }

        entries.Firsts.Add(offset);
        entries.Filled = 0;
    }

    private sealed class PartitionEntries
    {
        public byte[] Tail { get; set; } = [];

        public int Filled { get; set; }

        public List<long> Blocks { get; } = [];

        // The first offset of each block, the one that is being filled included.
        public List<long> Firsts { get; } = [];

        public long Last { get; set; } = -1;
    }
}

/// <summary>What is known of a record without its share.</summary>
/// <param name="Share">The share.</param>
/// <param name="WrittenAt">The record's timestamp, UTC.</param>
internal readonly record struct IndexedRecord(int Share, DateTime WrittenAt);
