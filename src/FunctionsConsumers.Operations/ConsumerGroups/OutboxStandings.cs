using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.Operations.ConsumerGroups;

/// <summary>Looks through the outboxes of the groups of the orders.</summary>
/// <param name="services">Where the system is.</param>
public sealed class OutboxStandings(OperatedServices services)
{
    /// <summary>Looks through them.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>One for each group.</returns>
    /// <exception cref="EffectivelyOnce.StoreUnavailableException">A table could not be read.</exception>
    /// <exception cref="EffectivelyOnce.SettingException">The account refuses the credential.</exception>
    public async Task<IReadOnlyList<OutboxStanding>> FindAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(services.Groups.Select(group => FindAsync(group, cancellationToken)));

    private async Task<OutboxStanding> FindAsync(string group, CancellationToken cancellationToken)
    {
        if (await GroupTable.FindAsync(services.Tables, group, cancellationToken) is not { } table)
        {
            return new OutboxStanding(group, false, 0, null, 0, 0, 0);
        }

        var standing = new OutboxStanding(group, true, 0, null, 0, 0, 0);
        foreach (var bucket in new Buckets(table.Buckets).All)
        {
            string[] columns = [OutboxRows.State, OutboxRows.CreatedAt, OutboxRows.Messages, OutboxRows.Doubt, OutboxRows.Tried];
            await foreach (var row in table.Store.ScanAsync(bucket, OutboxRows.Prefix, columns, cancellationToken))
            {
                standing = OutboxRows.IsHead(row) ? With(standing, row) : standing;
            }
        }

        return standing;
    }

    private static OutboxStanding With(OutboxStanding standing, Row head)
    {
        // Of a row of another version it is only known that it is there.
        var messages = head.Number(OutboxRows.Messages) ?? 1;
        var isParked = head.Text(OutboxRows.State) == OutboxRows.Parked;
        var createdAt = head.Columns.GetValueOrDefault(OutboxRows.CreatedAt) as DateTimeOffset?;
        return standing with
        {
            Depth = standing.Depth + messages,
            OldestAt = isParked || createdAt is null || standing.OldestAt <= createdAt ? standing.OldestAt : createdAt,
            Claimed = standing.Claimed + (head.Text(OutboxRows.State) == OutboxRows.Claimed ? messages : 0),
            InDoubt = standing.InDoubt + (OutboxRows.IsInDoubt(head) ? messages : 0),
            Parked = standing.Parked + (isParked ? messages : 0),
        };
    }
}
