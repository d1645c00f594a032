using FunctionsConsumers.EffectivelyOnce.Outages;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Batches;

/// <summary>The time a batch has, on the monotonic clock, together with the caller's own cancellation.</summary>
internal sealed class Deadline : IDisposable
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenSource _linked;
    private int _waits;

    public Deadline(TimeProvider time, TimeSpan limit, Random random, CancellationToken caller)
    {
        _time = time;
        _random = random;
        _caller = caller;
        Limit = limit;
        _limit = new CancellationTokenSource(limit, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token, caller);
    }

    /// <summary>How long the batch has in all.</summary>
    public TimeSpan Limit { get; }

    /// <summary>How often the batch was tried so far: 1, and once more for each wait before another try, of any of its buckets.</summary>
    public int Tries => 1 + Volatile.Read(ref _waits);

    /// <summary>The time, UTC.</summary>
    public DateTimeOffset UtcNow => _time.GetUtcNow();

    /// <summary>Set when the time is over or the caller gives up.</summary>
    public CancellationToken Token => _linked.Token;

    /// <summary>The last answer that was no plain success, for the message of the exception.</summary>
    public string? LastAnswer { get; private set; }

    /// <summary>The failure behind the last answer.</summary>
    public Exception? LastFailure { get; private set; }

    /// <summary>Whether a failed reading may be tried again: the table gave no answer, or the request ended with the deadline.</summary>
    public bool IsPassing(Exception failure) =>
        failure is StoreUnavailableException || (failure is OperationCanceledException && Token.IsCancellationRequested);

    /// <summary>Takes note of an answer that was no plain success; what it leaves open stays as it was.</summary>
    public void Note(string? answer, Exception? failure)
    {
        // What fails now was cut off by the deadline, and tells nothing of the service. The answer before it does.
        if (_limit.IsCancellationRequested)
        {
            return;
        }

        LastAnswer = answer ?? LastAnswer;
        LastFailure = failure ?? LastFailure;
    }

    /// <inheritdoc cref="ThrowIfOver(string?)" />
    public void ThrowIfOver() => ThrowIfOver(null);

    /// <summary>
    /// Throws when the time is over or the caller has given up. <paramref name="waitedFor" /> is what had given no answer when the
    /// time was over, for a batch that has had no answer at all.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    /// <exception cref="BatchDeadlineException">The time is over.</exception>
    public void ThrowIfOver(string? waitedFor)
    {
        _caller.ThrowIfCancellationRequested();
        if (_limit.IsCancellationRequested)
        {
            throw new BatchDeadlineException(
                $"The batch could not be settled within {Limit.TotalSeconds:0.#} s (EffectivelyOnce__BatchDeadline); "
                    + $"it has to be delivered again. Last answer: {LastAnswer ?? waitedFor ?? "none"}.",
                InnerException);
        }
    }

    /// <summary>
    /// The Functions worker reports a failure around a cancellation as a cancelled call, without its message. A request that
    /// ran into a time-out of its own is such a cancellation, and nobody cancelled the batch.
    /// </summary>
    private Exception? InnerException => LastFailure is OperationCanceledException ? null : LastFailure;

    /// <summary>Waits before the next try: doubled each time, with jitter, at most 5 s.</summary>
    public async Task BackOffAsync(int failures)
    {
        Interlocked.Increment(ref _waits);
        double share;
        lock (_random)
        {
            share = _random.NextDouble();
        }

        await Pause.ForAsync(BackOff.After(failures, FirstDelay, LongestDelay, share), _time, Token).ConfigureAwait(false);
        ThrowIfOver();
    }

    public void Dispose()
    {
        _linked.Dispose();
        _limit.Dispose();
    }
}
