using System.Globalization;
using Azure;
using Azure.Data.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>
/// Opens a group's table: makes it where it is missing, and holds the start to what the table was made with. Bucket count
/// and accounts say where every subject's row is; another count would look for old orders in the wrong place and handle
/// them a second time.
/// </summary>
internal static class GroupTable
{
    /// <summary>The partition key of the row that describes the table.</summary>
    public const string MetaPartition = "meta";

    /// <summary>The row key of the row that describes the table.</summary>
    public const string MetaRow = "table";

    /// <summary>
    /// The version of the layout of rows that this build writes. In version 1 every fingerprint is over the value; since
    /// version 2 it is over the canonical bytes where the decoder gives some. Version 2 also adds columns: policy and doubt of
    /// a message, the topic of what is kept about offsets; and it leaves a missing timestamp out. A table of version 1 is opened
    /// and gets the new version; its rows are read as they are.
    /// </summary>
    public const int SchemaVersion = 2;

    private const int OldestSchemaVersion = 1;

    /// <summary>Makes the table in each account where it is missing, and compares or writes its description.</summary>
    /// <param name="accounts">The accounts.</param>
    /// <param name="group">The consumer group, the table's name.</param>
    /// <param name="buckets">The bucket count of this start.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <returns>The table.</returns>
    /// <exception cref="SettingException">The table was made with another bucket count, other accounts, or for another group.</exception>
    /// <exception cref="StoreUnavailableException">No answer, or one that says to come back later.</exception>
    public static async Task<AzureTableStore> OpenAsync(
        TableAccounts accounts, string group, int buckets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        foreach (var table in Tables(accounts.Clients, group))
        {
            await MakeAsync(table, accounts, cancellationToken).ConfigureAwait(false);
            var meta = await DescribeAsync(table, group, buckets, accounts, cancellationToken).ConfigureAwait(false);
            Compare(meta, group, buckets, accounts);
            if (Number(meta, "SchemaVersion") < SchemaVersion)
            {
                await TakeOverAsync(table, accounts, meta, cancellationToken).ConfigureAwait(false);
            }
        }

        return AzureTableStore.OverAll(accounts, group);
    }

    /// <summary>
    /// Opens a group's table as a tool does: makes nothing, and takes the bucket count from the table's own description.
    /// </summary>
    /// <param name="accounts">The accounts.</param>
    /// <param name="group">The consumer group, the table's name.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <returns>The table; null where the group has never started.</returns>
    /// <exception cref="SettingException">The table was made with other accounts, or by another build, or the account refuses
    /// the credential.</exception>
    /// <exception cref="StoreUnavailableException">No answer, or one that says to come back later.</exception>
    public static async Task<FoundTable?> FindAsync(TableAccounts accounts, string group, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        TableEntity? meta;
        try
        {
            meta = await FindMetaAsync(Tables(accounts.Clients, group).First(), accounts, cancellationToken).ConfigureAwait(false);
        }
        catch (SettingException failure) when (TableAnswers.IsMissingTable(failure.InnerException))
        {
            return null;
        }

        if (meta is null)
        {
            return null;
        }

        // Any number of buckets is right for a tool, if it is one.
        var buckets = Number(meta, "Buckets") is >= 1 and <= 1000 and var count ? (int)count : 0;
        Compare(meta, group, buckets, accounts);
        return new FoundTable(AzureTableStore.OverAll(accounts, group), buckets);
    }

    /// <summary>Makes a table that lives in the first account where it is missing.</summary>
    /// <param name="accounts">The accounts.</param>
    /// <param name="tableName">The table.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <returns>The table.</returns>
    /// <exception cref="SettingException">The account refuses the credential.</exception>
    /// <exception cref="StoreUnavailableException">No answer, or one that says to come back later.</exception>
    public static async Task<AzureTableStore> OpenSharedAsync(
        TableAccounts accounts, string tableName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        await MakeAsync(Tables(accounts.Clients, tableName).First(), accounts, cancellationToken).ConfigureAwait(false);
        return AzureTableStore.InFirst(accounts, tableName);
    }

    private static IEnumerable<TableClient> Tables(IEnumerable<TableServiceClient> clients, string tableName) =>
        clients.Select(client => client.GetTableClient(tableName));

    private static async Task MakeAsync(TableClient table, TableAccounts accounts, CancellationToken cancellationToken) =>
        await table.AskAsync(accounts.Setting, () => table.CreateIfNotExistsAsync(cancellationToken), cancellationToken).ConfigureAwait(
            false);

    private static Task<TableEntity?> FindMetaAsync(TableClient table, TableAccounts accounts, CancellationToken cancellationToken) =>
        table.FindAsync(accounts.Setting, MetaPartition, MetaRow, null, cancellationToken);

    private static async Task<TableEntity> DescribeAsync(
        TableClient table, string group, int buckets, TableAccounts accounts, CancellationToken cancellationToken)
    {
        if (await FindMetaAsync(table, accounts, cancellationToken).ConfigureAwait(false) is { } found)
        {
            return found;
        }

        var meta = new TableEntity(MetaPartition, MetaRow)
        {
            ["Group"] = group,
            ["Buckets"] = buckets,
            ["Accounts"] = string.Join(',', accounts.Names),
            ["SchemaVersion"] = SchemaVersion,
        };
        if (await table.AskAsync(accounts.Setting, AddAsync, cancellationToken).ConfigureAwait(false))
        {
            return meta;
        }

        // Another start was faster, or our own first try was: what stands there is what counts.
        return await FindMetaAsync(table, accounts, cancellationToken).ConfigureAwait(false)
            ?? throw new StoreUnavailableException(
                $"{accounts.Setting}: table '{group}' of '{table.AccountName}' loses its description while it is being made.");

        async Task<bool> AddAsync()
        {
            try
            {
                await table.AddEntityAsync(meta, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (RequestFailedException race) when (race.Status == 409)
            {
                return false;
            }
        }
    }

    // From here on an older build is refused, because it would take every order that this build applied for another one.
    private static Task<bool> TakeOverAsync(
        TableClient table, TableAccounts accounts, TableEntity meta, CancellationToken cancellationToken)
    {
        return table.AskAsync(accounts.Setting, MergeAsync, cancellationToken);

        async Task<bool> MergeAsync()
        {
            try
            {
                var version = new TableEntity(MetaPartition, MetaRow) { ["SchemaVersion"] = SchemaVersion };
                await table.UpdateEntityAsync(version, meta.ETag, TableUpdateMode.Merge, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (RequestFailedException race) when (race.Status == 412)
            {
                // Another start of this build was faster: nobody else changes the row.
                return false;
            }
        }
    }

    private static void Compare(TableEntity meta, string group, int buckets, TableAccounts accounts)
    {
        var listed = string.Join(',', accounts.Names);
        if (Number(meta, "SchemaVersion") is var version && version is null or < OldestSchemaVersion or > SchemaVersion)
        {
            throw new SettingException(string.Create(CultureInfo.InvariantCulture,
                $"{accounts.Setting}: table '{group}' has the layout {version}; this build writes {SchemaVersion}: use the build that "
                + $"made the table."));
        }

        if (Text(meta, "Group") is var owner && owner != group)
        {
            throw new SettingException(
                $"{accounts.Setting}: table '{group}' belongs to the group '{owner}': use another account, or remove the table.");
        }

        if (Number(meta, "Buckets") is var made && made is null or < 1 or > 1000)
        {
            throw new SettingException(string.Create(CultureInfo.InvariantCulture,
                $"{accounts.Setting}: the row '{MetaRow}' in partition '{MetaPartition}' of table '{group}' gives no bucket count from 1 "
                + $"to 1000 ({made}): ")
                + "write the count that the table was made with into its column Buckets, as Int32.");
        }

        if (made != buckets)
        {
            throw new SettingException(string.Create(CultureInfo.InvariantCulture,
                $"EffectivelyOnce__Buckets is {buckets}, but table '{group}' was made with {made}: set it to {made}. The bucket count of "
                + $"a table cannot be changed."));
        }

        if (Text(meta, "Accounts") is var names && names != listed)
        {
            throw new SettingException(
                $"{accounts.Setting} names the accounts '{listed}', but table '{group}' was made with '{names}': name those, in that "
                + $"order.");
        }
    }

    // A column of another type is as good as none: somebody has written it by hand.
    private static string? Text(TableEntity meta, string column) => meta.TryGetValue(column, out var value) ? value as string : null;

    private static long? Number(TableEntity meta, string column) => meta.TryGetValue(column, out var value)
        ? value switch { int i => i, long l => l, _ => null }
        : null;
}

/// <summary>A group's table that was there.</summary>
/// <param name="Store">The table.</param>
/// <param name="Buckets">How many buckets it has.</param>
internal sealed record FoundTable(ITableStore Store, int Buckets);
