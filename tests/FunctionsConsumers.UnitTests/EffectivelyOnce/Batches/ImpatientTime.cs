using Microsoft.Extensions.Time.Testing;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

/// <summary>A clock on which every wait is over at once, and has taken the time it was for.</summary>
internal sealed class ImpatientTime() : FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
{
    // A deadline (seconds) waits for the clock; a back-off (at most 5 s) moves it.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>Called at each wait.</summary>
    public Action? OnWait { get; set; }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan || dueTime > LongestWait)
        {
            return base.CreateTimer(callback, state, dueTime, period);
        }

        var timer = base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Advance(dueTime);
        OnWait?.Invoke();

        // Not on this thread: who waits again and again would never let go of it.
        ThreadPool.QueueUserWorkItem(_ => timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        return timer;
    }
}
