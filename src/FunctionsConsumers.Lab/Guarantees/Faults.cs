using FunctionsConsumers.Lab.Traffic;


namespace FunctionsConsumers.Lab.Guarantees;

/// <summary>What can befall the delivery of a batch.</summary>
internal enum FaultKind
{
    /// <summary>The process dies between its two steps: between effect and commit, or between commit and effect.</summary>
    CrashBetweenSteps,

    /// <summary>The process dies when some of the batch's effects are there and others are not.</summary>
    CrashAmidEffects,

    /// <summary>The tables do what they were asked, and the answer never arrives.</summary>
    AnswerLost,

    /// <summary>The request never arrives at the tables, which the one who waits for the answer cannot tell from the former.</summary>
    RequestLost,

    /// <summary>The partition goes to another owner, who reads it from the committed offset, while the batch is in hand.</summary>
    Rebalance,
}

/// <summary>A fault.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="At">Where in the batch, from 0 up to but not 1.</param>
internal sealed record Fault(FaultKind Kind, double At)
{
    /// <summary>The position among so many. 0 where there is none.</summary>
    public int Of(int count) => (int)(At * Math.Max(count, 1));
}

/// <summary>
/// Which batches meet which fault: a pure function of the seed, the group and the batch's place in the log, so that every guarantee
/// meets the same ones. A batch that comes again has met its fault.
/// </summary>
internal sealed class FaultSchedule(long seed, int percent)
{
    private const ulong Stream = 5UL << 56;

    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();

    /// <summary>The fault of a batch. Null for none.</summary>
    public Fault? Of(int group, int partition, long batch)
    {
        var random = new RandomSequence(seed, Stream + ((ulong)group << 48) + ((ulong)partition << 32) + (ulong)batch);
        return random.Chance(percent) ? new Fault(random.Pick(Kinds), random.Below(1_000) / 1_000.0) : null;
    }
}

/// <summary>Counts the faults that happened; a fault that was planned and hit nothing is none.</summary>
internal sealed class FaultTally
{
    private readonly int[] _happened = new int[Enum.GetValues<FaultKind>().Length];

    /// <summary>Notes one.</summary>
    public void Note(FaultKind kind) => Interlocked.Increment(ref _happened[(int)kind]);

    /// <summary>The numbers.</summary>
    public FaultCounts Counts() => new(
        _happened[(int)FaultKind.CrashBetweenSteps], _happened[(int)FaultKind.CrashAmidEffects], _happened[(int)FaultKind.AnswerLost],
        _happened[(int)FaultKind.RequestLost], _happened[(int)FaultKind.Rebalance]);
}

/// <summary>The process died here, and with it everything that it held in memory.</summary>
internal sealed class CrashException() : Exception("The laboratory ended this process's life.");
