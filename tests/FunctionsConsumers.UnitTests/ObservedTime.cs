using Microsoft.Extensions.Time.Testing;

namespace FunctionsConsumers.UnitTests;

/// <summary>A clock that a test moves, and that tells what waits for it.</summary>
internal sealed class ObservedTime : FakeTimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ObservedTimer> _timers = [];

    /// <summary>The waits asked for and not yet over, in the order in which they were asked for.</summary>
    public IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (_gate)
            {
                return [.. _timers.Select(timer => timer.Due - GetUtcNow())];
            }
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ObservedTimer(this, () => callback(state));
        timer.Inner = base.CreateTimer(
            static timer => ((ObservedTimer)timer!).GoOff(), timer, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Ends when something waits for this clock.</summary>
    /// <returns>How long it still has to wait.</returns>
    public async Task<TimeSpan> UntilWaitingAsync()
    {
        IReadOnlyList<TimeSpan> waits;
        while ((waits = Waits).Count == 0)
        {
            await Task.Yield();
        }

        return waits[0];
    }

    private sealed class ObservedTimer(ObservedTime time, Action goOff) : ITimer
    {
        public ITimer Inner { get; set; } = null!;

        public DateTimeOffset Due { get; private set; }

        public void GoOff()
        {
            Forget();
            goOff();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = time.GetUtcNow() + dueTime;
                    time._timers.Add(this);
                }
            }

            return Inner.Change(dueTime, period);
        }

        public void Dispose()
        {
            Forget();
            Inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Forget()
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
            }
        }
    }
}
