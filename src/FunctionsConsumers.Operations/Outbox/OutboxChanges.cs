using FunctionsConsumers.EffectivelyOnce.Outbox;

namespace FunctionsConsumers.Operations.Outbox;

/// <summary>Changes messages of outboxes, and says what became of each.</summary>
internal static class OutboxChanges
{
    /// <summary>Changes the messages that are named.</summary>
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
