namespace FunctionsConsumers.EffectivelyOnce.Subjects;

/// <summary>
/// Records whose effect this process has seen committed. Another record of the same key, value and headers is the same event,
/// where the decoder says so: its subject's row would call it a duplicate. They are compared byte by byte, since a hash that
/// somebody can forge would suppress an order that was never handled. Bounded; only for rows that are never deleted.
/// </summary>
/// <param name="capacity">How many bytes the remembered records take at most; the older half goes at once.</param>
internal sealed class KnownRecords(int capacity)
{
    // What a record takes beside its bytes: its own objects, the headers' array, an entry of the set.
    private const int ObjectBytes = 250;

    private readonly Lock _lock = new();
    private readonly int _generationBytes = capacity / 2;
    private HashSet<Content> _young = [];
    private HashSet<Content> _old = [];
    private int _bytes;

    /// <summary>Remembers a record whose effect is committed.</summary>
    /// <param name="record">The record.</param>
    public void Remember(ConsumedRecord record)
    {
        var bytes = BytesOf(record);
        var content = new Content(record);

        // A few large ones would drive out all others.
        if (bytes > _generationBytes / 64)
        {
            return;
        }

        lock (_lock)
        {
            if (_bytes + bytes > _generationBytes)
            {
                (_old, _young) = (_young, _old);
                _young.Clear();
                _bytes = 0;
            }

            if (_young.Add(content))
            {
                _bytes += bytes;
            }
        }
    }

    /// <summary>Whether the effect of a record with the same content is known to be committed.</summary>
    /// <param name="record">The record.</param>
    /// <returns>Whether it is.</returns>
    public bool Knows(ConsumedRecord record)
    {
        var content = new Content(record);
        lock (_lock)
        {
            return _young.Contains(content) || _old.Contains(content);
        }
    }

    private static int BytesOf(ConsumedRecord record)
    {
        var bytes = ObjectBytes + (record.Value?.Length ?? 0) + (record.Key?.Length ?? 0);
        for (var i = 0; i < record.Headers.Count; i++)
        {
            bytes += 60 + (record.Headers[i].Value?.Length ?? 0);
        }

        return bytes;
    }

    // The hash is taken once, outside of the lock. It is seeded anew in each process: nobody can send records that all fall on
    // one place.
    private readonly struct Content : IEquatable<Content>
    {
        private readonly ConsumedRecord _record;
        private readonly int _hash;

        public Content(ConsumedRecord record)
        {
            _record = record;
            var hash = new HashCode();
            hash.AddBytes(record.Value);
            hash.AddBytes(record.Key);
            for (var i = 0; i < record.Headers.Count; i++)
            {
                hash.AddBytes(record.Headers[i].Value);
            }

            _hash = hash.ToHashCode();
        }

        public override int GetHashCode() => _hash;

        public override bool Equals(object? obj) => obj is Content other && Equals(other);

        public bool Equals(Content other)
        {
            var (x, y) = (_record, other._record);
            if (_hash != other._hash || !Same(x.Value, y.Value) || !Same(x.Key, y.Key) || x.Headers.Count != y.Headers.Count)
            {
                return false;
            }

            for (var i = 0; i < x.Headers.Count; i++)
            {
                if (!string.Equals(x.Headers[i].Name, y.Headers[i].Name, StringComparison.Ordinal)
                    || !Same(x.Headers[i].Value, y.Headers[i].Value))
                {
                    return false;
                }
            }

            return true;
        }

        // No value and an empty one are two things.
        private static bool Same(byte[]? x, byte[]? y) => (x is null) == (y is null) && x.AsSpan().SequenceEqual(y);
    }
}
