using System.Globalization;
using Azure;
using Azure.Data.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>
/// Opens a group's table: makes it where it is missing, and holds the start to what the table was made with. Bucket count
/// and accounts say where every subject's row is; another count would look for old orders in the wrong place and handle
/// them a second time.
/// </summary>
public static class GroupTable
{
    /// <summary>The partition key of the row that describes the table.</summary>
    public const string MetaPartition = "meta";

    /// <summary>The row key of the row that describes the table.</summary>
    public const string MetaRow = "table";

    /// <summary>The version of the layout of rows that this build writes.</summary>
    public const int SchemaVersion = 1;

    /// <summary>Makes the table in each account where it is missing, and compares or writes its description.</summary>
    /// <param name="accounts">The accounts.</param>
    /// <param name="group">The consumer group, the table's name.</param>
    /// <param name="buckets">The bucket count of this start.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <returns>The table.</returns>
    /// <exception cref="SettingException">The table was made with another bucket count, other accounts, or for another group.</exception>
    /// <exception cref="StoreUnavailableException">No answer, or one that says to come back later.</exception>
    public static async Task<AzureTableStore> OpenAsync(TableAccounts accounts, string group, int buckets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        var names = string.Join(',', accounts.Names);
        await OpenAsync(accounts, accounts.Clients.Count, group, table => DescribeAsync(table, group, buckets, names, cancellationToken), cancellationToken).ConfigureAwait(false);
        return AzureTableStore.OverAll(accounts, group);
    }

    /// <summary>Opens a group's table as a tool does: makes nothing, and takes the bucket count from the table's own description.</summary>
    /// <param name="accounts">The accounts.</param>
    /// <param name="group">The consumer group, the table's name.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <returns>The table; null where the group has never started.</returns>
    /// <exception cref="SettingException">The table was made with other accounts, or by another build, or the account refuses the credential.</exception>
    /// <exception cref="StoreUnavailableException">No answer, or one that says to come back later.</exception>
    public static async Task<FoundTable?> FindAsync(TableAccounts accounts, string group, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        var store = AzureTableStore.OverAll(accounts, group);
        TableEntity? meta = null;
        await AskAsync(accounts, async () =>
        {
            var found = await accounts.Clients[0].GetTableClient(group).GetEntityIfExistsAsync<TableEntity>(MetaPartition, MetaRow, null, cancellationToken).ConfigureAwait(false);
            meta = found.HasValue ? found.Value : null;
        }, cancellationToken).ConfigureAwait(false);
        if (meta is null)
        {
            return null;
        }

        var buckets = meta.GetInt32("Buckets") ?? new EffectivelyOnceOptions().Buckets;
        Compare(meta, group, buckets, string.Join(',', accounts.Names));
        return new FoundTable(store, buckets);
    }

    /// <summary>Makes a table that lives in the first account where it is missing.</summary>
    /// <param name="accounts">The accounts.</param>
    /// <param name="tableName">The table.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <returns>The table.</returns>
    /// <exception cref="SettingException">The account refuses the credential.</exception>
    /// <exception cref="StoreUnavailableException">No answer, or one that says to come back later.</exception>
    public static async Task<AzureTableStore> OpenSharedAsync(TableAccounts accounts, string tableName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        await OpenAsync(accounts, 1, tableName, _ => Task.CompletedTask, cancellationToken).ConfigureAwait(false);
        return AzureTableStore.InFirst(accounts, tableName);
    }

    private static Task OpenAsync(TableAccounts accounts, int count, string tableName, Func<TableClient, Task> describe, CancellationToken cancellationToken) => AskAsync(accounts, async () =>
    {
        foreach (var client in accounts.Clients.Take(count))
        {
            var table = client.GetTableClient(tableName);
            await table.CreateIfNotExistsAsync(cancellationToken).ConfigureAwait(false);
            await describe(table).ConfigureAwait(false);
        }
    }, cancellationToken);

    private static async Task AskAsync(TableAccounts accounts, Func<Task> ask, CancellationToken cancellationToken)
    {
        try
        {
            await ask().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is Azure.Identity.AuthenticationFailedException or RequestFailedException { Status: 401 or 403 })
        {
            throw new SettingException(
                $"{TableAccounts.Setting}: the storage account refuses the credential: check the key, or give the identity the role Storage Table Data Contributor.", failure);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested
            && failure is RequestFailedException or AggregateException or TaskCanceledException or IOException or HttpRequestException)
        {
            throw new StoreUnavailableException(
                $"{TableAccounts.Setting}: the tables of '{string.Join(',', accounts.Names)}' cannot be reached at {accounts.Clients[0].Uri}: {(failure.InnerException ?? failure).Message.Split('\n', 2)[0].TrimEnd()}", failure);
        }
    }

    private static async Task DescribeAsync(TableClient table, string group, int buckets, string accounts, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(MetaPartition, MetaRow, null, cancellationToken).ConfigureAwait(false);
        if (!found.HasValue)
        {
            var meta = new TableEntity(MetaPartition, MetaRow)
            {
                ["Group"] = group,
                ["Buckets"] = buckets,
                ["Accounts"] = accounts,
                ["SchemaVersion"] = SchemaVersion,
            };
            try
            {
                await table.AddEntityAsync(meta, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (RequestFailedException race) when (race.Status == 409)
            {
                // Another start was faster, or our own first try was: what stands there is what counts.
                found = await table.GetEntityIfExistsAsync<TableEntity>(MetaPartition, MetaRow, null, cancellationToken).ConfigureAwait(false);
            }
        }

        Compare(found.Value!, group, buckets, accounts);
    }

    private static void Compare(TableEntity meta, string group, int buckets, string accounts)
    {
        if (!string.Equals(meta.GetString("Group"), group, StringComparison.Ordinal))
        {
            throw new SettingException($"{TableAccounts.Setting}: table '{group}' belongs to the group '{meta.GetString("Group")}': use another account, or remove the table.");
        }

        if (meta.GetInt32("Buckets") != buckets)
        {
            throw new SettingException(string.Create(CultureInfo.InvariantCulture,
                $"EffectivelyOnce__Buckets is {buckets}, but table '{group}' was made with {meta.GetInt32("Buckets")}: set it to {meta.GetInt32("Buckets")}. The bucket count of a table cannot be changed."));
        }

        if (!string.Equals(meta.GetString("Accounts"), accounts, StringComparison.Ordinal))
        {
            throw new SettingException($"{TableAccounts.Setting} names the accounts '{accounts}', but table '{group}' was made with '{meta.GetString("Accounts")}': name those, in that order.");
        }

        if (meta.GetInt32("SchemaVersion") != SchemaVersion)
        {
            throw new SettingException(string.Create(CultureInfo.InvariantCulture,
                $"Table '{group}' has the layout {meta.GetInt32("SchemaVersion")}; this build writes {SchemaVersion}: use the build that made the table."));
        }
    }
}

/// <summary>A group's table that was there.</summary>
/// <param name="Store">The table.</param>
/// <param name="Buckets">How many buckets it has.</param>
public sealed record FoundTable(ITableStore Store, int Buckets);
