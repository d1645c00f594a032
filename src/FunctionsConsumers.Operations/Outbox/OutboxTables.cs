using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.Operations.Outbox;

/// <summary>Reads the outboxes of groups.</summary>
internal static class OutboxTables
{
    /// <summary>Reads every message that stands in an outbox.</summary>
    /// <exception cref="OperationException">None of the groups has a table: to say that nothing waits would be an all-clear.</exception>
    public static async Task<List<FoundMessage>> ReadAsync(
        TableAccounts accounts, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        var found = new List<FoundMessage>();
        var isAny = false;
        foreach (var group in groups)
        {
            if (await GroupTable.FindAsync(accounts, group, cancellationToken) is { } table)
            {
                isAny = true;
                var outbox = new OutboxByHand(group, table.Store, new Buckets(table.Buckets), TimeProvider.System);
                await foreach (var entry in outbox.ListAsync(cancellationToken))
                {
                    found.Add(new FoundMessage(entry, outbox));
                }
            }
        }

        return isAny ? found : throw new OperationException(
            $"the tables hold nothing of {string.Join(", ", groups)}: start ./run once, or check --tables (setting {accounts.Setting})");
    }
}

/// <summary>A message, and the outbox it is in.</summary>
internal sealed record FoundMessage(OutboxEntry Entry, OutboxByHand Outbox);
