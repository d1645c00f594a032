namespace FunctionsConsumers.EffectivelyOnce.Testing;

/// <summary>What histories that all went well were about.</summary>
public sealed class HistoriesReport
{
    internal HistoriesReport(long histories, long steps, string happenings, IReadOnlyList<string> history)
    {
        Histories = histories;
        Steps = steps;
        Happenings = happenings;
        History = history;
    }

    /// <summary>How many there were.</summary>
    public long Histories { get; }

    /// <summary>Their steps: requests, answers, crashes, moves of the clock.</summary>
    public long Steps { get; }

    /// <summary>What happened in them that not each of them has, counted, for a test's output.</summary>
    public string Happenings { get; }

    /// <summary>The lines of the history whose seed <see cref="Testing.Histories.SeedVariable" /> names; else empty.</summary>
    public IReadOnlyList<string> History { get; }
}
