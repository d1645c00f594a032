using System.Collections.Concurrent;

namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>
/// What is known of one account from the requests that are made to it anyway: since when none of them has had an answer. Any
/// answer counts, a refusal too. A request that is slow while others are answered is no silence.
/// </summary>
/// <param name="account">The account's address.</param>
/// <param name="time">The clock; its monotonic side counts.</param>
internal sealed class AccountPulse(Uri account, TimeProvider time)
{
    private readonly ConcurrentDictionary<long, long> _underWay = new();
    private long _next;
    private long _answeredAt;
    private long _failedSince;
    private volatile string? _failure;

    /// <summary>The account's address.</summary>
    public Uri Account { get; } = account;

    /// <summary>What became of the last request that failed; null where the silent ones are still waited for.</summary>
    public string? Failure => _failure;

    /// <summary>For how long there has been no answer though one was asked for; zero where there is no silence.</summary>
    public TimeSpan Silence
    {
        get
        {
            var since = long.MaxValue;
            if (Volatile.Read(ref _failedSince) is not 0 and var failed)
            {
                since = failed;
            }

            var answered = Volatile.Read(ref _answeredAt);
            foreach (var (_, began) in _underWay)
            {
                since = Math.Min(since, Math.Max(began, answered));
            }

            return since == long.MaxValue ? TimeSpan.Zero : time.GetElapsedTime(since);
        }
    }

    /// <summary>A request goes out.</summary>
    /// <returns>Its number.</returns>
    public long Begin()
    {
        var number = Interlocked.Increment(ref _next);
        _underWay[number] = time.GetTimestamp();
        return number;
    }

    /// <summary>A request was answered.</summary>
    /// <param name="number">Its number.</param>
    public void Answered(long number)
    {
        _underWay.TryRemove(number, out _);
        Answered();
    }

    /// <summary>The account has answered.</summary>
    public void Answered()
    {
        Volatile.Write(ref _answeredAt, time.GetTimestamp());
        Volatile.Write(ref _failedSince, 0);
        _failure = null;
    }

    /// <summary>A request ended without an answer.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="failure">Why; null where its caller gave up, which tells something only by how long it had waited.</param>
    public void Unanswered(long number, string? failure)
    {
        if (!_underWay.TryRemove(number, out var began))
        {
            return;
        }

        _failure = failure ?? _failure;
        Interlocked.CompareExchange(ref _failedSince, Math.Max(began, Volatile.Read(ref _answeredAt)), 0);
    }
}
