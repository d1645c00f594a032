using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Operations.DeadLetters;

namespace FunctionsConsumers.Operations.Redrives;

/// <summary>What a redrive would do, letter by letter.</summary>
/// <param name="Letters">The letters, oldest first.</param>
public sealed record RedrivePlan(IReadOnlyList<PlannedRedrive> Letters)
{
    /// <summary>The letters that are to be sent.</summary>
    public IReadOnlyList<DeadLetterEntry> ToSend { get; } =
        [.. Letters.Where(letter => letter.Fate is RedriveFate.Send or RedriveFate.Resume).Select(letter => letter.Entry)];

    /// <summary>How many letters have a fate.</summary>
    /// <param name="fate">The fate.</param>
    /// <returns>The number.</returns>
    public int Count(RedriveFate fate) => Letters.Count(letter => letter.Fate == fate);

    /// <summary>
    /// How many of the letters to send come back for certain as long as the order's effect stands: another order under the same
    /// id was applied.
    /// </summary>
    public int ComingBack => ToSend.Count(entry => entry.Reason is DeadLetterReasons.KeyReused or "order-exists");

    /// <summary>Plans for letters.</summary>
    /// <param name="letters">The letters, with their states.</param>
    /// <param name="alsoParked">Whether those are sent too that were redriven as often as is allowed.</param>
    /// <returns>The plan.</returns>
    public static RedrivePlan Of(IEnumerable<DeadLetterEntry> letters, bool alsoParked) => new(
        [.. letters.Select(entry => new PlannedRedrive(entry, entry.State switch
        {
            _ when entry.Origin is null => RedriveFate.NoOrigin,
            DeadLetterState.Redriven => RedriveFate.Redriven,
            DeadLetterState.Redriving => RedriveFate.Resume,
            DeadLetterState.Parked when !alsoParked => RedriveFate.Parked,
            _ => RedriveFate.Send,
        }))]);
}

/// <summary>A letter, and what a redrive does with it.</summary>
/// <param name="Entry">The letter.</param>
/// <param name="Fate">What is done.</param>
public sealed record PlannedRedrive(DeadLetterEntry Entry, RedriveFate Fate);

/// <summary>What a redrive does with a letter.</summary>
public enum RedriveFate
{
    /// <summary>It is sent to its group.</summary>
    Send,

    /// <summary>An earlier run took it and did not end: it is looked whether it was sent, and sent where it was not.</summary>
    Resume,

    /// <summary>It was sent before, and is left alone.</summary>
    Redriven,

    /// <summary>It came back as often as is allowed, and is left alone.</summary>
    Parked,

    /// <summary>It does not say where its record stood, and is left alone.</summary>
    NoOrigin,
}

/// <summary>How far a redrive is.</summary>
/// <param name="Done">Letters that are sent, or left alone.</param>
/// <param name="Total">Letters that it is about.</param>
public readonly record struct RedriveProgress(int Done, int Total);

/// <summary>What a redrive did.</summary>
/// <param name="Sent">Letters that this run sent.</param>
/// <param name="Recovered">Letters that an earlier run, which did not end, had sent: they are not sent again.</param>
/// <param name="AlreadyRedriven">Letters that had been redriven before.</param>
/// <param name="Parked">Letters that were left alone because they had come back too often.</param>
/// <param name="Failures">Letters that could not be sent, each with the reason.</param>
public sealed record RedriveResult(int Sent, int Recovered, int AlreadyRedriven, int Parked, IReadOnlyList<RedriveFailure> Failures)
{
    /// <summary>Whether everything that was asked for is sent.</summary>
    public bool IsGood => Failures.Count == 0;
}

/// <summary>A letter that could not be sent.</summary>
/// <param name="Group">Its group.</param>
/// <param name="Id">The place of its record, or its own id.</param>
/// <param name="Reason">One line.</param>
public sealed record RedriveFailure(string Group, string Id, string Reason);
