using System.Runtime.InteropServices;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Spilling;

namespace FunctionsConsumers.Audit.Tables;

/// <summary>
/// What the audit read from one group's table. Notes the effects by shares of the orders, as the log's records are, and the
/// dead letters by their offsets until the log says to which share they belong.
/// </summary>
/// <param name="group">The group.</param>
/// <param name="spill">Keeps the notes.</param>
internal sealed class TableReading(string group, Spill spill) : IDisposable
{
    private readonly Dictionary<(string Product, string Topic), long> _reserved = [];
    private readonly SpilledShares _effects = new(spill);
    private readonly SpilledShares _deadLetters = new(spill);
    private readonly EntryWriter _writer = new();

    // The place of each range in the order in which their readings ended; null while, and where, it does not count.
    private readonly List<int?> _places = [];
    private readonly Lock _gate = new();
    private int _counted;
    private byte[] _buffer = [];

    /// <summary>The group.</summary>
    public string Group { get; } = group;

    /// <summary>What a person had the group pass over.</summary>
    public List<SkippedOffsets> Skipped { get; } = [];

    /// <summary>The sums of the stock counters, by product and topic.</summary>
    public IReadOnlyDictionary<(string Product, string Topic), long> Reserved => _reserved;

    /// <summary>What stands in the outbox: its messages, and the further rows of large ones.</summary>
    public long Messages { get; private set; }

    /// <summary>Begins to read a range of the table. Ranges may be read at the same time.</summary>
    /// <returns>Takes its rows.</returns>
    public TableRange Begin()
    {
        lock (_gate)
        {
            _places.Add(null);
            return new TableRange(this, _places.Count - 1);
        }
    }

    /// <summary>Gives back a share of the effects.</summary>
    /// <param name="share">The share, from 0.</param>
    /// <returns>The effects by order id; more than one where an order was applied twice.</returns>
    public IReadOnlyDictionary<string, List<EffectRow>> Effects(int share)
    {
        var effects = new Dictionary<string, List<EffectRow>>(StringComparer.Ordinal);
        var reader = new EntryReader(_effects.ReadAll(share, ref _buffer), _writer.Known);
        while (!reader.IsAtEnd)
        {
            var place = PlaceOf(ref reader);
            var (id, effect) = RowEntry.ReadEffect(ref reader);
            if (place is { } counts)
            {
                ref var rows = ref CollectionsMarshal.GetValueRefOrAddDefault(effects, id, out _);
                rows ??= new List<EffectRow>(1);
                rows.Add(effect with { Place = counts });
            }
        }

        foreach (var rows in effects.Values.Where(rows => rows.Count > 1))
        {
            rows.Sort((one, other) => one.Place.CompareTo(other.Place));
        }

        return effects;
    }

    /// <summary>Gives back the dead letters of records whose offsets are of one share.</summary>
    /// <param name="share">The share, from 0.</param>
    /// <returns>Their coordinates, and the rows' fingerprints.</returns>
    public IReadOnlyDictionary<(string Topic, int Partition, long Offset), Fingerprint?> DeadLetters(int share)
    {
        var found = new Dictionary<(string Topic, int Partition, long Offset), (RowPlace Place, Fingerprint? Fingerprint)>();
        var reader = new EntryReader(_deadLetters.ReadAll(share, ref _buffer), _writer.Known);
        while (!reader.IsAtEnd)
        {
            var place = PlaceOf(ref reader);
            var (at, fingerprint) = RowEntry.ReadDeadLetter(ref reader);
            if (place is { } counts && (!found.TryGetValue(at, out var other) || counts.CompareTo(other.Place) > 0))
            {
                found[at] = (counts, fingerprint);
            }
        }

        return found.ToDictionary(letter => letter.Key, letter => letter.Value.Fingerprint);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _effects.Clear();
        _deadLetters.Clear();
    }

    /// <summary>Notes an effect.</summary>
    /// <param name="place">Its range, and its place in it.</param>
    /// <param name="orderId">Its order.</param>
    /// <param name="effect">The effect.</param>
    internal void Add(RowPlace place, string orderId, EffectRow effect)
    {
        lock (_gate)
        {
            RowEntry.Write(Begin(place), orderId, effect);
            _effects.Append(Spill.ShareOf(orderId), _writer.Written);
        }
    }

    /// <summary>Notes a dead letter.</summary>
    /// <param name="place">Its range, and its place in it.</param>
    /// <param name="at">Where its record stands.</param>
    /// <param name="fingerprint">The row's fingerprint; null where it has none.</param>
    internal void Add(RowPlace place, (string Topic, int Partition, long Offset) at, Fingerprint? fingerprint)
    {
        lock (_gate)
        {
            RowEntry.Write(Begin(place), at, fingerprint);
            _deadLetters.Append(Spill.ShareOf(at.Offset), _writer.Written);
        }
    }

    /// <summary>Says that what was read of a range counts.</summary>
    /// <param name="range">The range.</param>
    /// <param name="messages">Its messages.</param>
    /// <param name="reserved">Its counters.</param>
    internal void Keep(int range, long messages, IReadOnlyDictionary<(string Product, string Topic), long> reserved)
    {
        lock (_gate)
        {
            _places[range] = _counted++;
            Messages += messages;
            foreach (var (counter, quantity) in reserved)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_reserved, counter, out _) += quantity;
            }
        }
    }

    private EntryWriter Begin(RowPlace place)
    {
        var writer = _writer.Begin();
        writer.Number(place.Range);
        writer.Number(place.Row);
        return writer;
    }

    private RowPlace? PlaceOf(ref EntryReader reader)
    {
        var (range, row) = ((int)reader.Number(), reader.Number());
        return _places[range] is { } place ? new RowPlace(place, row) : null;
    }
}

/// <summary>Offsets that a group passed over on purpose: their records need neither effect nor dead letter.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="From">The first offset.</param>
/// <param name="To">The offset after the last.</param>
/// <param name="At">When; a record that was written later stands in a topic made anew, and is not meant.</param>
internal sealed record SkippedOffsets(string Topic, int Partition, long From, long To, DateTime At);
