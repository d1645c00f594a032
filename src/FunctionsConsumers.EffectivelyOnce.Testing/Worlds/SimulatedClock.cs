namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>The world's monotonic time. It moves only when the scheduler moves it.</summary>
internal sealed class SimulatedClock
{
    public TimeSpan Now { get; set; }
}

/// <summary>
/// One process life's view of the time: the world's monotonic clock from an origin of its own, and a wall clock that may
/// be wrong and may jump. Its timers fire when the scheduler says so.
/// </summary>
internal sealed class SimulatedTime(SimulatedClock clock, TimeSpan origin, TimeSpan skew) : TimeProvider
{
    /// <summary>What a right wall clock says at the world's beginning.</summary>
    public static readonly DateTimeOffset Epoch = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    /// <summary>The timers that are set, in the order in which they were made.</summary>
    public List<SimulatedTimer> Timers { get; } = [];

    /// <summary>How far the wall clock is off.</summary>
    public TimeSpan Skew { get; set; } = skew;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Epoch + clock.Now + Skew;

    public override long GetTimestamp() => (origin + clock.Now).Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, clock, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}

/// <summary>A timer of a process life.</summary>
internal sealed class SimulatedTimer(SimulatedTime time, SimulatedClock clock, TimerCallback callback, object? state) : ITimer
{
    /// <summary>When it is due, by the world's clock.</summary>
    public TimeSpan Due { get; private set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        time.Timers.Remove(this);
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            Due = clock.Now + dueTime;
            time.Timers.Add(this);
        }

        return true;
    }

    /// <summary>Fires once.</summary>
    public void Fire()
    {
        time.Timers.Remove(this);
        callback(state);
    }

    public void Dispose() => time.Timers.Remove(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
