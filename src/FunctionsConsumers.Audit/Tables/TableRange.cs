using System.Runtime.InteropServices;
using FunctionsConsumers.Audit.Orders;

namespace FunctionsConsumers.Audit.Tables;

/// <summary>
/// A range of a table while it is read. Nothing of it counts until <see cref="Keep" />: a range that changed meanwhile is read
/// again, and is noted again.
/// </summary>
/// <param name="reading">The whole table's reading.</param>
/// <param name="range">The number of this range.</param>
internal sealed class TableRange(TableReading reading, int range)
{
    private readonly Dictionary<(string Product, string Topic), long> _reserved = [];
    private long _rows;

    /// <summary>What stands in the outbox: its messages, and the further rows of large ones.</summary>
    public long Messages { get; set; }

    /// <summary>Adds an effect.</summary>
    /// <param name="orderId">Its order.</param>
    /// <param name="effect">The effect.</param>
    public void Add(string orderId, EffectRow effect) => reading.Add(new RowPlace(range, _rows++), orderId, effect);

    /// <summary>
    /// Adds a dead letter. A topic made anew has other records at the old offsets, which an old row says nothing about: the
    /// fingerprint tells them apart.
    /// </summary>
    /// <param name="at">Where its record stands.</param>
    /// <param name="fingerprint">The row's fingerprint; null where it has none.</param>
    public void AddDeadLetter((string Topic, int Partition, long Offset) at, Fingerprint? fingerprint) =>
        reading.Add(new RowPlace(range, _rows++), at, fingerprint);

    /// <summary>Adds a stock counter.</summary>
    /// <param name="product">The product.</param>
    /// <param name="topic">The topic whose orders it counts.</param>
    /// <param name="reserved">The quantity.</param>
    public void AddReserved(string product, string topic, long reserved) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_reserved, (product, topic), out _) += reserved;

    /// <summary>Says that what was read counts.</summary>
    public void Keep() => reading.Keep(range, Messages, _reserved);
}

/// <summary>A row's place in the order of reading.</summary>
/// <param name="Range">The range.</param>
/// <param name="Row">The row in it.</param>
internal readonly record struct RowPlace(int Range, long Row) : IComparable<RowPlace>
{
    /// <inheritdoc />
    public int CompareTo(RowPlace other) => (Range, Row).CompareTo((other.Range, other.Row));
}
