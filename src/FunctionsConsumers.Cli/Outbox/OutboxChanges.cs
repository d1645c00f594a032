using FunctionsConsumers.EffectivelyOnce.Outbox;

namespace FunctionsConsumers.Cli.Outbox;

/// <summary>Changes messages of outboxes, and says what became of each.</summary>
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
        List<string> named = [.. ids.Distinct(StringComparer.OrdinalIgnoreCase)];
        var changed = (await change([.. named.SelectMany(id => byId[id])], cancellationToken)).ToLookup(
            one => one.Id, StringComparer.OrdinalIgnoreCase);
        return [.. named.SelectMany(id => changed.Contains(id) ? changed[id] : [new ChangedMessage(id, null, ChangedMessage.Unknown)])];
    }

    /// <summary>Has messages sent again.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="cancellationToken">Ends the changing.</param>
    /// <returns>One outcome for each.</returns>
    public static async Task<IReadOnlyList<ChangedMessage>> ResendAsync(
        IReadOnlyList<FoundMessage> messages, CancellationToken cancellationToken)
    {
        var changes = new List<ChangedMessage>(messages.Count);
        foreach (var (entry, outbox) in messages)
        {
            changes.Add(Changed(entry, entry.State == OutboxRows.Parked
                ? Outcome(await outbox.ResendAsync(entry, cancellationToken), ChangedMessage.Resent) : entry.State));
        }

        return changes;
    }

    /// <summary>Drops messages.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="cancellationToken">Ends the changing.</param>
    /// <returns>One outcome for each.</returns>
    public static async Task<IReadOnlyList<ChangedMessage>> DropAsync(
        IReadOnlyList<FoundMessage> messages, CancellationToken cancellationToken)
    {
        List<ChangedMessage> changes = [.. messages.Where(message => !IsOurs(message)).Select(message => Changed(message.Entry,
            message.Entry.State))];
        foreach (var outbox in messages.Where(IsOurs).GroupBy(message => message.Outbox, message => message.Entry))
        {
            // Messages that share a row are dropped together, or the first would change the version of the second.
            List<OutboxEntry> entries = [.. outbox];
            var outcomes = await outbox.Key.DropAsync(entries, cancellationToken);
            changes.AddRange(entries.Zip(outcomes, (entry, outcome) => Changed(entry, Outcome(outcome, ChangedMessage.Dropped))));
        }

        return changes;
    }

    // What is claimed is its owner's to change, and what this version cannot read another version's.
    private static bool IsOurs(FoundMessage message) => message.Entry.State is OutboxRows.Parked or OutboxRows.Waiting;

    private static ChangedMessage Changed(OutboxEntry entry, string outcome) => new(entry.Id, entry.Group, outcome);

    private static string Outcome(OutboxChange change, string made) => change switch
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
    public const string Unreadable = OutboxRows.Unreadable;
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
        Unreadable => $"{Id} ({Group}) is in a format that this version does not know: use fc of the version that wrote it",
        Changed => $"{Id} ({Group}) changed meanwhile: look at it again with fc outbox list",
        Gone => $"{Id} ({Group}) is no longer in the outbox: it was sent or dropped meanwhile",
        _ => $"no outbox has a message {Id}: fc outbox list shows what is there",
    };
}
