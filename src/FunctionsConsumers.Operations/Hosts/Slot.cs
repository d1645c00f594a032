namespace FunctionsConsumers.Operations.Hosts;

/// <summary>What one host handled for a group in 20 s.</summary>
/// <param name="Number">The slot: seconds since 1970, by 20.</param>
/// <param name="Applied">Records applied.</param>
/// <param name="Duplicates">Records suppressed.</param>
/// <param name="DeadLettered">Records dead-lettered.</param>
/// <param name="Healed">Records that the gap audit handled.</param>
/// <param name="Lag">The group's lag, over all hosts, as this host saw it; null where it did not look.</param>
public sealed record Slot(long Number, long Applied = 0, long Duplicates = 0, long DeadLettered = 0, long Healed = 0, long? Lag = null)
{
    /// <summary>How many make an hour.</summary>
    public const int InAnHour = 180;

    /// <summary>How long each is.</summary>
    public static TimeSpan Length { get; } = TimeSpan.FromSeconds(20);

    /// <summary>Records settled.</summary>
    public long Settled => Applied + Duplicates + DeadLettered;

    /// <summary>The slot of a time.</summary>
    /// <param name="time">The time.</param>
    /// <returns>Its number.</returns>
    public static long At(DateTimeOffset time) => time.ToUnixTimeSeconds() / (long)Length.TotalSeconds;

    /// <summary>The slots that hold the hour before a time, the oldest first; the last one is not over yet.</summary>
    /// <param name="now">The time.</param>
    /// <returns>Their numbers.</returns>
    public static IEnumerable<long> Hour(DateTimeOffset now) =>
        Enumerable.Range(1 - InAnHour, InAnHour).Select(before => At(now) + before);

    /// <summary>Two hosts' slots as one.</summary>
    /// <param name="other">The other's; its lag goes before.</param>
    /// <returns>The sum.</returns>
    public Slot With(Slot other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new Slot(
            Number, Applied + other.Applied, Duplicates + other.Duplicates, DeadLettered + other.DeadLettered, Healed + other.Healed,
            other.Lag ?? Lag);
    }
}

/// <summary>What was handled on a day, UTC.</summary>
/// <param name="Applied">Records applied.</param>
/// <param name="Duplicates">Records suppressed.</param>
/// <param name="DeadLettered">Records dead-lettered.</param>
/// <param name="Healed">Records that the gap audit handled.</param>
public sealed record DayFigures(long Applied = 0, long Duplicates = 0, long DeadLettered = 0, long Healed = 0);

/// <summary>The last thing of a group that went wrong.</summary>
/// <param name="At">When.</param>
/// <param name="Text">What the log said.</param>
public sealed record LastError(DateTimeOffset At, string Text);

/// <summary>What one process writes about one group.</summary>
/// <param name="Life">The process's life; another one after a restart.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Process">The process's id.</param>
/// <param name="StartedAt">When the process started.</param>
/// <param name="SeenAt">When it wrote this.</param>
/// <param name="Group">The consumer group.</param>
/// <param name="Slots">The last hour.</param>
/// <param name="Error">The last thing that went wrong; null for nothing.</param>
public sealed record HostRow(
    string Life, string Machine, int Process, DateTimeOffset StartedAt, DateTimeOffset SeenAt, string Group, IReadOnlyList<Slot> Slots,
    LastError? Error);
