using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Kafka;

/// <summary>A clock that a test moves, and that tells which waits were asked of it.</summary>
internal sealed class ObservedTime : FakeTimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _waits = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Enqueue(dueTime);
        return timer;
    }

    /// <summary>Ends when something waits for this clock.</summary>
    /// <returns>How long it wants to wait; each wait is told once.</returns>
    public async Task<TimeSpan> UntilWaitingAsync()
    {
        TimeSpan wait;
        while (!_waits.TryDequeue(out wait))
        {
            await Task.Yield();
        }

        return wait;
    }
}
