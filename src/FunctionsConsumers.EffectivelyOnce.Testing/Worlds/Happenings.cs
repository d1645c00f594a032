using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>What histories are about and not each of them has.</summary>
internal enum Happening
{
    Crash,
    MoveOfAPartition,
    RecordSkipped,
    RecordHealed,
    OffsetDropped,
    RowForgotten,
    MessageResentInDoubt,
    HistoryThroughTheClient,
    TryOfTheClientAgain,
    TopicMadeAnew,
    NoteOfAnOldTopic,
    DeadLetterReplaced,
    SetBack,
    SetForward,
    TopicGrown,
    StartOfAnOldVersion,
    BatchOfAThousand,
    JumpOfAWallClock,
    JumpOfTheClock,
    RequestExecutedTwice,
    RequestExecutedTwiceByTheClientsService,
    HistoryOfManyResends,
    LargeWorld,
}

/// <summary>Counts what happened: histories in which nothing was skipped say nothing about gaps.</summary>
internal sealed class Happenings
{
    private static readonly Happening[] All = Enum.GetValues<Happening>();

    private readonly long[] _counts = new long[All.Length];

    /// <summary>How often it happened.</summary>
    public long this[Happening what] => _counts[(int)what];

    /// <summary>It happened.</summary>
    public void On(Happening what, long times = 1) => _counts[(int)what] += times;

    /// <summary>Adds those of another world; from several threads.</summary>
    public void Add(Happenings other)
    {
        foreach (var what in All)
        {
            Interlocked.Add(ref _counts[(int)what], other[what]);
        }
    }

    public override string ToString() => string.Join(", ", All.Where(what => this[what] > 0)
        .Select(what => string.Create(CultureInfo.InvariantCulture, $"{Words(what)}: {this[what]}")));

    private static string Words(Happening what) => string.Concat(what.ToString()
        .Select((letter, place) => (place > 0 && char.IsUpper(letter) ? " " : "") + char.ToLowerInvariant(letter)));
}
