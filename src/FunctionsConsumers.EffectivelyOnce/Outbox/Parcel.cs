namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// The messages of one kind that stand under one head row: they are claimed together, each is sent by itself, and what is
/// left of them afterwards gets rows of its own in the transaction that takes the head row away.
/// </summary>
/// <param name="Kind">The kind of all its messages.</param>
/// <param name="Messages">One message, or several in the order of their ids.</param>
internal sealed record Parcel(string Kind, IReadOnlyList<OutboxMessage> Messages)
{
    /// <summary>The id of its first message, which names the head row.</summary>
    public string Id => Messages[0].Id;

    /// <summary>The context of the transaction that committed it; null where none was traced. Whoever sends it goes on with it.</summary>
    public TraceContext? Trace { get; init; }
}

/// <summary>A parcel whose rows are known to be committed, or thought to be.</summary>
/// <param name="Parcel">The parcel.</param>
/// <param name="ETag">
/// The version of its head row; null where it is not known: then the row is read, and what stands there is what counts.
/// </param>
/// <param name="Policy">What its rows say is done in doubt; null where no owner with a sender has claimed it yet.</param>
/// <param name="IsInDoubt">Whether a send of it may have been taken already.</param>
internal readonly record struct CommittedParcel(Parcel Parcel, string? ETag, InDoubtPolicy? Policy = null, bool IsInDoubt = false);
