namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>Opens the tables of a group. The port behind which stand the storage accounts and the simulation's tables.</summary>
internal interface IGroupTables
{
    /// <summary>Opens a group's table, and makes it where it is missing.</summary>
    /// <exception cref="SettingException">The table was made with other settings, or the account refuses the credential.</exception>
    /// <exception cref="StoreUnavailableException">No answer, or one that says to come back later.</exception>
    Task<ITableStore> OpenAsync(string group, int buckets, CancellationToken cancellationToken);

    /// <summary>Opens a table that all groups share, and makes it where it is missing.</summary>
    /// <exception cref="SettingException">The account refuses the credential.</exception>
    /// <exception cref="StoreUnavailableException">No answer, or one that says to come back later.</exception>
    Task<ITableStore> OpenSharedAsync(string tableName, CancellationToken cancellationToken);
}

/// <summary>The tables of groups in storage accounts.</summary>
internal sealed class AccountTables(TableAccounts accounts) : IGroupTables
{
    public async Task<ITableStore> OpenAsync(string group, int buckets, CancellationToken cancellationToken) =>
        await GroupTable.OpenAsync(accounts, group, buckets, cancellationToken).ConfigureAwait(false);

    public async Task<ITableStore> OpenSharedAsync(string tableName, CancellationToken cancellationToken) =>
        await GroupTable.OpenSharedAsync(accounts, tableName, cancellationToken).ConfigureAwait(false);
}
