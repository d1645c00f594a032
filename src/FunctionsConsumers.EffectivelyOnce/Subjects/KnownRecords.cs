namespace FunctionsConsumers.EffectivelyOnce.Subjects;

/// <summary>
/// Records whose effect this process has seen committed. Another record of the same key, value and headers is the same event,
/// where the decoder says so: its subject's row would call it a duplicate. They are compared byte by byte, since a hash that
/// somebody can forge would suppress an order that was never handled. Bounded; only for rows that are never deleted.
/// </summary>
/// <param name="capacity">How many bytes the remembered records take at most; the older half goes at once.</param>
internal sealed class KnownRecords(int capacity)
{
    // An entry of the index, which is at most half empty.
    private const int EntryBytes = 48;

    private readonly Lock _lock = new();
    private readonly int _generationBytes = capacity / 2;
    private Generation _young = new();
    private Generation _old = new();

    /// <summary>Remembers a record whose effect is committed.</summary>
    /// <param name="record">The record.</param>
    /// <param name="hash">What <see cref="HashOf" /> gives for it.</param>
    public void Remember(ConsumedRecord record, int hash)
    {
        // A few large ones would drive out all others, and leave the ends of many arrays unused.
        var bytes = EntryBytes + RememberedContent.LengthOf(record);
        if (bytes > Math.Min(_generationBytes / 64, RememberedContent.ChunkLength / 4))
        {
            return;
        }

        lock (_lock)
        {
            if (_young.Bytes + bytes > _generationBytes)
            {
                (_old, _young) = (_young, _old);
                _young.Clear();
            }

            _young.Add(record, hash, bytes);
        }
    }

    /// <summary>Whether the effect of a record with the same content is known to be committed.</summary>
    /// <param name="record">The record.</param>
    /// <param name="hash">What <see cref="HashOf" /> gives for it.</param>
    /// <returns>Whether it is.</returns>
    public bool Knows(ConsumedRecord record, int hash)
    {
        lock (_lock)
        {
            return _young.Holds(record, hash) || _old.Holds(record, hash);
        }
    }

    /// <summary>The hash of a record's content, seeded anew in each process. It only finds the place: the bytes decide.</summary>
    public static int HashOf(ConsumedRecord record)
    {
        var hash = new HashCode();
        hash.AddBytes(record.Value);
        hash.AddBytes(record.Key);
        for (var i = 0; i < record.Headers.Count; i++)
        {
            hash.AddBytes(record.Headers[i].Value);
        }

        return hash.ToHashCode();
    }

    // The records' bytes, one behind the other, and where each begins. They are copied: kept as they came, each record would be half
    // a dozen objects for the collector to move and to look at. Of two records with one hash the later one is remembered.
    private sealed class Generation
    {
        private readonly RememberedContent _records = new();
        private readonly Dictionary<int, int> _places = [];

        public int Bytes { get; private set; }

        public void Add(ConsumedRecord record, int hash, int bytes)
        {
            if (!Holds(record, hash))
            {
                _places[hash] = _records.Add(record);
                Bytes += bytes;
            }
        }

        public bool Holds(ConsumedRecord record, int hash) => _places.TryGetValue(hash, out var place) && _records.IsAt(place, record);

        public void Clear()
        {
            _places.Clear();
            _records.Clear();
            Bytes = 0;
        }
    }
}
