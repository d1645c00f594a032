using FunctionsConsumers.EffectivelyOnce.Testing.Tables;
namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>
/// How likely each fault is in one history, against 100 for the plain course. Every history has a mixture of its own, some
/// have none at all: faults that are always there together hide each other.
/// </summary>
internal sealed record Faults
{
    public int Crash { get; init; }
    public int Stop { get; init; }
    public int Pause { get; init; }
    public int Rebalance { get; init; }
    public int Reset { get; init; }

    /// <summary>The topic is deleted and made anew under its name.</summary>
    public int Anew { get; init; }

    /// <summary>The group's offset is set forward: what lies between is for the gap audit.</summary>
    public int Forward { get; init; }

    public int ClockJump { get; init; }
    public int WallClockJump { get; init; }

    public int Skip { get; init; }
    public int Drop { get; init; }
    public int Age { get; init; }
    public int Throttle { get; init; }

    public int LostAnswer { get; init; }
    public int FailedBefore { get; init; }
    public int LateCommit { get; init; }
    public int SdkRetry { get; init; }

    /// <summary>The network hands a request over twice, the second time after its answer.</summary>
    public int Twice { get; init; }

    public int Forbidden { get; init; }
    public int SlowAnswer { get; init; }
    public int FailedRead { get; init; }

    public int SendInDoubt { get; init; }
    public int SendNotTaken { get; init; }
    public int SendRefused { get; init; }
    public int SendLate { get; init; }

    /// <summary>No fault at all; interleavings are left.</summary>
    public static Faults None { get; } = new();

    /// <summary>For a small world: a crash or a lost answer.</summary>
    public static Faults CrashOrLostAnswer { get; } = new() { Crash = 1, LostAnswer = 1, SendInDoubt = 1 };

    /// <summary>
    /// For a small world: those, and a failure before the commit, a commit after the answer, a request sent again by the SDK, a
    /// failed read.
    /// </summary>
    public static Faults OfRequests { get; } = CrashOrLostAnswer with { FailedBefore = 1, LateCommit = 1, SdkRetry = 1, FailedRead = 1 };

    /// <summary>
    /// The same, and at least some of what brings out how answers are told apart: readings that fail until the client has
    /// no tries left, and gap audits, which write the counters of a partition beside its owner.
    /// </summary>
    public Faults OfTheClient() =>
        this with { FailedRead = Math.Max(FailedRead, 40), Skip = Math.Max(Skip, 80), SlowAnswer = Math.Max(SlowAnswer, 60) };

    /// <summary>
    /// The same, and what makes the gap audit write a counter while its owner does: skipped batches, and answers that take
    /// their time.
    /// </summary>
    public Faults OfContention() => OfTheClient() with
    {
        Skip = 200,
        SlowAnswer = 100,
        Crash = 0,
        Stop = 0,
        FailedRead = 10,
        FailedBefore = Math.Min(FailedBefore, 10),
        Forbidden = 0,
    };

    /// <summary>A mixture.</summary>
    /// <param name="random">The history's seed.</param>
    /// <returns>The mixture.</returns>
    public static Faults Mixed(Random random)
    {
        if (random.Next(8) == 0)
        {
            return new Faults { Rebalance = random.Next(20), SlowAnswer = random.Next(100) };
        }

        return new Faults
        {
            Crash = Some(12),
            Stop = Some(6),
            Pause = Some(10),
            Rebalance = Some(60),
            Reset = Some(6),
            Forward = random.Next(3) == 0 ? Some(4) : 0,
            ClockJump = Some(20),
            WallClockJump = Some(6),
            Skip = random.Next(2) == 0 ? Some(40) : 0,
            Drop = random.Next(2) == 0 ? Some(15) : 0,
            Age = Some(2),
            Throttle = random.Next(3) == 0 ? Some(6) : 0,
            LostAnswer = Some(60),
            FailedBefore = Some(60),
            LateCommit = Some(60),
            SdkRetry = Some(60),
            Twice = Some(30),
            Forbidden = random.Next(6) == 0 ? Some(10) : 0,
            SlowAnswer = Some(100),
            FailedRead = Some(50),
            SendInDoubt = Some(50),
            SendNotTaken = Some(50),
            SendRefused = random.Next(4) == 0 ? Some(20) : 0,
            SendLate = Some(40),
        };

        int Some(int most) => random.Next(2) == 0 ? 0 : 1 + random.Next(most);
    }
}
