using System.Runtime.InteropServices;
using FunctionsConsumers.Audit.Orders;

namespace FunctionsConsumers.Audit.Tables;

/// <summary>What the audit read from one group's table.</summary>
/// <param name="group">The group.</param>
internal sealed class TableReading(string group)
{
    private readonly Dictionary<string, List<EffectRow>> _effects = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Product, string Topic), long> _reserved = [];

    /// <summary>The group.</summary>
    public string Group { get; } = group;

    /// <summary>The effects by order id; more than one where an order was applied twice.</summary>
    public IReadOnlyDictionary<string, List<EffectRow>> Effects => _effects;

    /// <summary>
    /// The fingerprints of the rows of dead letters, by where their records stand; null where a row has none. A topic made
    /// anew has other records at the old offsets, which an old row says nothing about.
    /// </summary>
    public Dictionary<(string Topic, int Partition, long Offset), Fingerprint?> DeadLetters { get; } = [];

    /// <summary>What a person had the group pass over.</summary>
    public List<SkippedOffsets> Skipped { get; } = [];

    /// <summary>The sums of the stock counters, by product and topic.</summary>
    public IReadOnlyDictionary<(string Product, string Topic), long> Reserved => _reserved;

    /// <summary>What stands in the outbox: its messages, and the further rows of large ones.</summary>
    public long Messages { get; set; }

    /// <summary>Adds an effect.</summary>
    /// <param name="orderId">Its order.</param>
    /// <param name="effect">The effect.</param>
    public void Add(string orderId, EffectRow effect)
    {
        ref var effects = ref CollectionsMarshal.GetValueRefOrAddDefault(_effects, orderId, out _);
        effects ??= new List<EffectRow>(1);
        effects.Add(effect);
    }

    /// <summary>Adds a stock counter.</summary>
    /// <param name="product">The product.</param>
    /// <param name="topic">The topic whose orders it counts.</param>
    /// <param name="reserved">The quantity.</param>
    public void AddReserved(string product, string topic, long reserved) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_reserved, (product, topic), out _) += reserved;
}

/// <summary>Offsets that a group passed over on purpose: their records need neither effect nor dead letter.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="From">The first offset.</param>
/// <param name="To">The offset after the last.</param>
/// <param name="At">When; a record that was written later stands in a topic made anew, and is not meant.</param>
internal sealed record SkippedOffsets(string Topic, int Partition, long From, long To, DateTime At);

/// <summary>An effect with <c>State</c> = <c>applied</c>.</summary>
/// <param name="Bucket">The row's partition key.</param>
/// <param name="Fingerprint">The fingerprint of the payload it came from; null where the column is none.</param>
/// <param name="Topic">The topic its record stands in.</param>
/// <param name="Partition">The record's partition.</param>
/// <param name="Offset">The record's offset.</param>
/// <param name="AppliedAt">When it was written, UTC; the last moment there is where the column is missing.</param>
/// <param name="Content">What the effect says of the order.</param>
internal sealed record EffectRow(
    string Bucket, Fingerprint? Fingerprint, string Topic, int Partition, long Offset, DateTime AppliedAt, EffectContent Content);

/// <summary>What an effect says of its order; a column that the group's effect does not have is null.</summary>
/// <param name="Lines">The lines; null where the column is missing or no list of lines.</param>
/// <param name="Currency">The currency.</param>
/// <param name="Total">The sum.</param>
/// <param name="To">The recipient.</param>
/// <param name="Channel">How the confirmation goes out.</param>
internal sealed record EffectContent(
    AuditedLine[]? Lines = null, string? Currency = null, string? Total = null, string? To = null, string? Channel = null);
