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
    private (int Partition, int Block) _inBlock = (-1, -1);

    /// <summary>Adds a record.</summary>
    /// <param name="partition">Its partition.</param>
    /// <param name="offset">Its offset, above that of the record before in this partition.</param>
    /// <param name="record">What is to be found.</param>
    public void Add(int partition, long offset, IndexedRecord record)
    {
        if (!_partitions.TryGetValue(partition, out var entries))
        {
            _partitions[partition] = entries = new PartitionEntries(new SpilledEntries(spill));
        }

        if (offset <= entries.Last)
        {
            throw new InvalidOperationException($"Partition {partition} was read in another order than that of its offsets, at {offset}.");
        }

        if (entries.Entries.Length % spill.BlockSize == 0)
        {
            entries.Firsts.Add(offset);
        }

        Span<byte> entry = stackalloc byte[EntrySize];
        BinaryPrimitives.WriteInt64LittleEndian(entry, (offset * Spill.Shares) + record.Share);
        BinaryPrimitives.WriteInt64LittleEndian(entry[sizeof(long)..], record.WrittenAt.Ticks);
        entries.Entries.Append(entry);
        entries.Last = offset;
        _inBlock = (-1, -1);
    }

    /// <summary>Finds a record.</summary>
    /// <param name="partition">Its partition.</param>
    /// <param name="offset">Its offset.</param>
    /// <returns>The record; null where none was read.</returns>
    public IndexedRecord? Find(int partition, long offset)
    {
        if (!_partitions.TryGetValue(partition, out var entries) || offset < entries.Firsts[0] || offset > entries.Last)
        {
            return null;
        }

        var at = entries.Firsts.BinarySearch(offset);
        var block = at >= 0 ? at : ~at - 1;
        var length = Math.Min(spill.BlockSize, (int)Math.Min(int.MaxValue, entries.Entries.Length - ((long)block * spill.BlockSize)));
        if (_inBlock != (partition, block))
        {
            entries.Entries.ReadBlock(block, _block);
            _inBlock = (partition, block);
        }

        var (low, high) = (0, (length / EntrySize) - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var key = BinaryPrimitives.ReadInt64LittleEndian(_block.AsSpan(middle * EntrySize));
            if (key / Spill.Shares == offset)
            {
                var ticks = BinaryPrimitives.ReadInt64LittleEndian(_block.AsSpan((middle * EntrySize) + sizeof(long)));
                return new IndexedRecord((int)(key % Spill.Shares), new DateTime(ticks, DateTimeKind.Utc));
            }

            (low, high) = key / Spill.Shares < offset ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    private sealed class PartitionEntries(SpilledEntries entries)
    {
        public SpilledEntries Entries => entries;

        // The first offset of each block.
        public List<long> Firsts { get; } = [];

        public long Last { get; set; } = -1;
    }
}

/// <summary>What is known of a record without its share.</summary>
/// <param name="Share">The share.</param>
/// <param name="WrittenAt">The record's timestamp, UTC.</param>
internal readonly record struct IndexedRecord(int Share, DateTime WrittenAt);
