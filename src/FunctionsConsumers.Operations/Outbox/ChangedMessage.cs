using FunctionsConsumers.EffectivelyOnce.Outbox;

namespace FunctionsConsumers.Operations.Outbox;

/// <summary>What became of a message that was to be changed.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="Group">Its group; null where no outbox has it.</param>
/// <param name="Outcome">One of the words below.</param>
public sealed record ChangedMessage(string Id, string? Group, string Outcome)
{
    internal const string Resent = "resent";
    internal const string Dropped = "dropped";
    internal const string Waiting = OutboxRows.Waiting;
    internal const string Claimed = OutboxRows.Claimed;
    internal const string Unreadable = OutboxRows.Unreadable;
    internal const string Changed = "changed";
    internal const string Gone = "gone";
    internal const string Unknown = "unknown";

    /// <summary>Whether what was asked for is so: a message that waits will be sent, asked for or not.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsGood => Outcome is Resent or Dropped or Waiting;

    /// <summary>The outcome in words.</summary>
    /// <returns>One line.</returns>
    public string Line() => Outcome switch
    {
        Resent => $"{Id} ({Group}) is to be sent again: the next sweep of a running host sends it",
        Dropped => $"{Id} ({Group}) is dropped",
        Waiting => $"{Id} ({Group}) waits to be sent already",
        Claimed => $"{Id} ({Group}) is claimed, so a host may be sending it: look again when the lease is over",
        Unreadable => $"{Id} ({Group}) is in a format that this version does not know: use fc of the version that wrote it",
        Changed => $"{Id} ({Group}) changed meanwhile: look at it again with fc outbox list",
        Gone => $"{Id} ({Group}) is no longer in the outbox: it was sent or dropped meanwhile",
        _ => $"no outbox has a message {Id}: fc outbox list shows what is there",
    };
}
