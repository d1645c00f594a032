namespace FunctionsConsumers.EffectivelyOnce.Kafka;

/// <summary>
/// Gathers records into batches as the extension does: a batch is due when it is full, or when the window has passed and holds a
/// record. The window does not begin with the first record: windows follow each other, so a record waits at most one of them. Not for
/// two threads at once.
/// </summary>
internal sealed class BatchWindow<T>(int size, TimeSpan interval, TimeProvider time)
{
    private readonly List<T> _gathered = [];
    private long _began = time.GetTimestamp();

    /// <summary>How many are gathered; can exceed the size, and the rest then stays for the next batch.</summary>
    public int Count => _gathered.Count;

    /// <summary>Whether no more should be gathered.</summary>
    public bool IsFull => _gathered.Count >= size;

    /// <summary>Whether a batch should go now.</summary>
    public bool IsDue => IsFull || (_gathered.Count > 0 && TimeLeft == TimeSpan.Zero);

    /// <summary>What is left of the window; an empty one that has passed is followed by the next.</summary>
    public TimeSpan TimeLeft
    {
        get
        {
            var left = interval - time.GetElapsedTime(_began);
            if (left > TimeSpan.Zero)
            {
                return left;
            }

            if (_gathered.Count > 0)
            {
                return TimeSpan.Zero;
            }

            _began = time.GetTimestamp();
            return interval;
        }
    }

    /// <summary>Gathers one more.</summary>
    public void Add(T item) => _gathered.Add(item);

    /// <summary>Takes the next batch, in the order in which it was gathered, and begins the next window.</summary>
    public T[] Take()
    {
        var count = Math.Min(size, _gathered.Count);
        var batch = _gathered.GetRange(0, count).ToArray();
        _gathered.RemoveRange(0, count);
        _began = time.GetTimestamp();
        return batch;
    }

    /// <summary>Lets go of some.</summary>
    public int Drop(Predicate<T> which) => _gathered.RemoveAll(which);
}
