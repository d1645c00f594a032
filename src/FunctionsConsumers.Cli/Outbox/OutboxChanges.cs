using FunctionsConsumers.EffectivelyOnce.Outbox;

namespace FunctionsConsumers.Cli.Outbox;

/// <summary>Changes messages of outboxes, one by one, and says what became of each.</summary>
internal static class OutboxChanges
{
    /// <summary>Changes the messages that are named.</summary>
    /// <param name="found">What stands in the outboxes.</param>
    /// <param name="ids">The names; one that is given twice counts once.</param>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Ends the changing.</param>
    /// <returns>One outcome for each name, in their order.</returns>
    public static async Task<IReadOnlyList<ChangedMessage>> ByIdAsync(
        IReadOnlyList<FoundMessage> found,
        IEnumerable<string> ids,
        Func<IReadOnlyList<FoundMessage>, CancellationToken, Task<IReadOnlyList<ChangedMessage>>> change,
        CancellationToken cancellationToken)
    {
        var byId = found.ToLookup(message => message.Entry.Id, StringComparer.OrdinalIgnoreCase);
        var changes = new List<ChangedMessage>();
        foreach (var id in ids.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            List<FoundMessage> named = [.. byId[id]];
            changes.AddRange(named.Count == 0 ? [new ChangedMessage(id, null, ChangedMessage.Unknown)] : await change(named, cancellationToken));
        }

        return changes;
    }

    /// <summary>Has messages sent again.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="cancellationToken">Ends the changing.</param>
    /// <returns>One outcome for each.</returns>
    public static Task<IReadOnlyList<ChangedMessage>> ResendAsync(IReadOnlyList<FoundMessage> messages, CancellationToken cancellationToken) => EachAsync(messages, message =>
        message.Entry.State == OutboxRows.Parked ? OutcomeAsync(message.Outbox.ResendAsync(message.Entry, cancellationToken), ChangedMessage.Resent) : Task.FromResult(message.Entry.State));

    /// <summary>Drops messages.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="cancellationToken">Ends the changing.</param>
    /// <returns>One outcome for each.</returns>
    public static Task<IReadOnlyList<ChangedMessage>> DropAsync(IReadOnlyList<FoundMessage> messages, CancellationToken cancellationToken) => EachAsync(messages, message =>
        message.Entry.State == OutboxRows.Claimed ? Task.FromResult(ChangedMessage.Claimed) : OutcomeAsync(message.Outbox.DropAsync(message.Entry, cancellationToken), ChangedMessage.Dropped));

    private static async Task<IReadOnlyList<ChangedMessage>> EachAsync(IReadOnlyList<FoundMessage> messages, Func<FoundMessage, Task<string>> change)
    {
        var changes = new List<ChangedMessage>(messages.Count);
        foreach (var message in messages)
        {
            changes.Add(new ChangedMessage(message.Entry.Id, message.Entry.Group, await change(message)));
        }

        return changes;
    }

    private static async Task<string> OutcomeAsync(Task<OutboxChange> change, string made) => await change switch
    {
        OutboxChange.Made => made,
        OutboxChange.Overtaken => ChangedMessage.Changed,
        _ => ChangedMessage.Gone,
    };
}

/// <summary>What became of a message that was to be changed.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="Group">Its group; null where no outbox has it.</param>
/// <param name="Outcome">One of the words below.</param>
internal sealed record ChangedMessage(string Id, string? Group, string Outcome)
{
    public const string Resent = "resent";
    public const string Dropped = "dropped";
    public const string Waiting = OutboxRows.Waiting;
    public const string Claimed = OutboxRows.Claimed;
    public const string Changed = "changed";
    public const string Gone = "gone";
    public const string Unknown = "unknown";

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
        Changed => $"{Id} ({Group}) changed meanwhile: look at it again with fc outbox list",
        Gone => $"{Id} ({Group}) is no longer in the outbox: it was sent or dropped meanwhile",
        _ => $"no outbox has a message {Id}: fc outbox list shows what is there",
    };
}
