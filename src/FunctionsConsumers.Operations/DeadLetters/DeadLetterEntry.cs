using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Operations.DeadLetters;

/// <summary>A dead letter, as its headers tell of it. One that was delivered twice is one entry.</summary>
public sealed record DeadLetterEntry
{
    /// <summary>
    /// The letter's own id, 32 hex digits (header <c>message-id</c>); its place in the dead-letter topic where it has none.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The group that could not apply the record.</summary>
    public required string Group { get; init; }

    /// <summary>One word of the closed list; null where the record does not say.</summary>
    public string? Reason { get; init; }

    /// <summary>One sentence.</summary>
    public string? Detail { get; init; }

    /// <summary>Where the record stood that could not be applied; null where the letter does not say.</summary>
    public Coordinates? Origin { get; init; }

    /// <summary>When it was dead-lettered, UTC.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The record's key as text.</summary>
    public string? Key { get; init; }

    /// <summary>How many times the record had been redriven when it became this letter.</summary>
    public int Redrives { get; init; }

    /// <summary>The id of the letter whose redrive became this one; null for a record that was never redriven.</summary>
    public string? RedriveOf { get; init; }

    /// <summary>Where the letter stands in its dead-letter topic.</summary>
    public required Coordinates At { get; init; }

    /// <summary>Whether key, value and headers are all there. What was too large to carry is taken from the record's own topic.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>What became of it.</summary>
    public DeadLetterState State { get; init; }

    /// <summary>The cause under which letters are counted: the reason, and the detail without what differs from order to order.</summary>
    public string Cause => DeadLetters.Cause.Of(Reason, Detail);
}

/// <summary>What became of a dead letter.</summary>
public enum DeadLetterState
{
    /// <summary>Nothing yet.</summary>
    Open,

    /// <summary>
    /// A redrive took it and has not said yet that it was sent: one that runs, or was killed and waits to be called again.
    /// </summary>
    Redriving,

    /// <summary>It was sent to the group again.</summary>
    Redriven,

    /// <summary>It was redriven as often as is allowed, and came back each time: left for a person.</summary>
    Parked,
}

/// <summary>A dead letter with all that it carries.</summary>
/// <param name="Entry">What its headers tell.</param>
/// <param name="Key">The record's key.</param>
/// <param name="Value">The record's value; null where it was too large to carry, or is a tombstone.</param>
/// <param name="Headers">The headers that the record itself had.</param>
/// <param name="LetterHeaders">The headers that say why it is here.</param>
/// <param name="History">One line for each redrive before: where the record stood, why it came back, when.</param>
public sealed record DeadLetterContent(
    DeadLetterEntry Entry,
    byte[]? Key,
    byte[]? Value,
    IReadOnlyList<RecordHeader> Headers,
    IReadOnlyList<RecordHeader> LetterHeaders,
    IReadOnlyList<string> History);

/// <summary>How many letters a cause has.</summary>
/// <param name="Group">The group.</param>
/// <param name="Reason">The reason.</param>
/// <param name="Cause">The cause: <see cref="DeadLetterEntry.Cause" />.</param>
/// <param name="Count">How many.</param>
/// <param name="Open">How many of them are open.</param>
/// <param name="Oldest">When the oldest was dead-lettered.</param>
/// <param name="Newest">When the newest was.</param>
public sealed record DeadLetterCount(
    string Group, string? Reason, string Cause, int Count, int Open, DateTimeOffset? Oldest, DateTimeOffset? Newest);

/// <summary>Which dead letters are meant; what is null does not matter.</summary>
public sealed record DeadLetterFilter
{
    /// <summary>Of this group.</summary>
    public string? Group { get; init; }

    /// <summary>With this reason.</summary>
    public string? Reason { get; init; }

    /// <summary>With this cause.</summary>
    public string? Cause { get; init; }

    /// <summary>Dead-lettered at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Dead-lettered before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>In this state.</summary>
    public DeadLetterState? State { get; init; }

    /// <summary>Records at these places; <c>topic:partition:offset</c>, or a letter's id.</summary>
    public IReadOnlyCollection<string>? Ids { get; init; }

    /// <summary>Whether a letter is meant.</summary>
    /// <param name="entry">The letter, with its state.</param>
    /// <returns>Whether it is.</returns>
    public bool Takes(DeadLetterEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return (Group is null || entry.Group == Group)
            && (Reason is null || entry.Reason == Reason)
            && (Cause is null || entry.Cause == Cause)
            && (Since is null || entry.Time >= Since)
            && (Until is null || entry.Time < Until)
            && (State is null || entry.State == State)
            && (Ids is null || Ids.Contains(entry.Id) || (entry.Origin is { } origin && Ids.Contains(origin.ToString())));
    }
}

/// <summary>Some dead letters, newest first.</summary>
/// <param name="Entries">The letters.</param>
/// <param name="Total">How many the filter takes in all.</param>
/// <param name="Next">What to ask with for the letters behind these; null where there are none.</param>
/// <param name="IsCut">Whether older letters are there that were not looked at, because there are too many.</param>
public sealed record DeadLetterPage(IReadOnlyList<DeadLetterEntry> Entries, int Total, string? Next, bool IsCut);
