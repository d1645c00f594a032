namespace FunctionsConsumers.EffectivelyOnce.Subjects;

/// <summary>
/// Subjects that this process has seen committed as applied, with the key and the fingerprint of their row, and nothing less: every
/// verdict from this memory is one that the row itself would have given. Bounded; what is forgotten is asked of the table again. Only
/// for rows that are never deleted.
/// </summary>
internal sealed class KnownSubjects(int capacity)
{
    private readonly Lock _lock = new();
    private readonly int _generationSize = Math.Max(1, capacity / 2);
    private Dictionary<HashedText, KnownRow> _young = [];
    private Dictionary<HashedText, KnownRow> _old = [];

    /// <summary>Remembers what a committed row says.</summary>
    public void Remember(HashedText subject, KnownRow row)
    {
        lock (_lock)
        {
            if (_young.Count >= _generationSize)
            {
                (_old, _young) = (_young, _old);
                _young.Clear();
            }

            _young[subject] = row;
        }
    }

    /// <summary>What is known of a subject's row. Null if nothing is known.</summary>
    public KnownRow? Find(HashedText subject)
    {
        lock (_lock)
        {
            return _young.TryGetValue(subject, out var known) || _old.TryGetValue(subject, out known) ? known : null;
        }
    }
}

/// <summary>What is remembered of a subject's row.</summary>
/// <param name="Key">The row's idempotency key.</param>
/// <param name="Fingerprint">The row's fingerprint; null where it has none.</param>
internal readonly record struct KnownRow(string Key, ContentHash? Fingerprint);
