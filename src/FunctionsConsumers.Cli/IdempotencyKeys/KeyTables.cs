using Azure;
using Azure.Data.Tables;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Operations.Stories;

namespace FunctionsConsumers.Cli.IdempotencyKeys;

/// <summary>Finds rows by what names them.</summary>
/// <param name="accounts">The accounts.</param>
internal sealed class KeyTables(TableAccounts accounts)
{
    private static readonly string[] Columns = ["RowKey", .. IdentityColumns.ForVerdict, IdentityColumns.State, IdentityColumns.AppliedAt,
        "Reason"];

    /// <summary>Finds an order by its id: one read in each table.</summary>
    /// <param name="orderId">The id.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The rows that are there.</returns>
    public async Task<List<KeyRow>> FindByOrderAsync(string orderId, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        var rows = new List<KeyRow>();
        foreach (var group in groups)
        {
            var meta = await accounts.Clients[0].GetTableClient(group).GetEntityIfExistsAsync<TableEntity>(
                GroupTable.MetaPartition, GroupTable.MetaRow, ["Buckets"], cancellationToken);
            if (!meta.HasValue)
            {
                continue;
            }

            var bucket = new Buckets(meta.Value!.GetInt32("Buckets") ?? 16).Of(orderId);
            var rowKey = RowKey.OfSubject(EffectReader.KindOf(group), orderId);

            // A bucket lives in one account; with one account, as nearly always, this is one read.
            foreach (var client in accounts.Clients)
            {
                var found = await client.GetTableClient(group).GetEntityIfExistsAsync<TableEntity>(
                    bucket, rowKey, Columns, cancellationToken);
                if (found.HasValue)
                {
                    rows.Add(Row(group, rowKey, found.Value!));
                }
            }
        }

        return rows;
    }

    /// <summary>Finds rows by their idempotency key, or dead letters by their coordinates: reads every row.</summary>
    /// <param name="key">The key.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The rows that are there.</returns>
    /// <exception cref="CommandException">None of the groups has a table.</exception>
    public async Task<List<KeyRow>> FindByKeyAsync(string key, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        var rows = new List<KeyRow>();
        var isAny = false;
        foreach (var group in groups)
        {
            foreach (var client in accounts.Clients)
            {
                try
                {
                    await foreach (var row in client.GetTableClient(group)
                        .QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"Key eq {key}"), 1000, Columns, cancellationToken))
                    {
                        if (row.GetString(IdentityColumns.State) is IdentityColumns.Applied or IdentityColumns.DeadLettered)
                        {
                            rows.Add(Row(group, row.RowKey, row));
                        }
                    }

                    isAny = true;
                }
                catch (RequestFailedException missing) when (missing.Status == 404)
                {
                    // The group has never started: it knows nothing.
                }
            }
        }

        return isAny ? rows : throw KnownGroups.None(groups);
    }

    private static KeyRow Row(string group, string rowKey, TableEntity row) => new(
        group, rowKey,
        row.GetString(IdentityColumns.State),
        row.GetString(IdentityColumns.Key),
        row.GetString(IdentityColumns.Topic),
        row.GetInt32(IdentityColumns.Partition),
        row.GetInt64(IdentityColumns.Offset),
        row.GetDateTimeOffset(IdentityColumns.AppliedAt)) { Reason = row.GetString("Reason") };
}
