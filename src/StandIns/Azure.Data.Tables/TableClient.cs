using Azure.Core;
using Azure.Data.Tables.Accounts;
using Azure.Data.Tables.Models;
using Azure.Data.Tables.Queries;
using Azure.Data.Tables.Requests;
using Azure.Data.Tables.Transactions;

namespace Azure.Data.Tables;

/// <summary>One table of an account. Safe for use by many threads; entities are read and written as <see cref="TableEntity" />.</summary>
public partial class TableClient
{
    private readonly TableAccount _account;
    private readonly EntityRequests _entities;
    private readonly TransactionWriter _transactions;

    /// <summary>A table of an account whose requests are signed with its key.</summary>
    /// <param name="endpoint">The account's address, without the table.</param>
    /// <param name="tableName">The table's name.</param>
    /// <param name="credential">Name and key.</param>
    public TableClient(Uri endpoint, string tableName, TableSharedKeyCredential credential)
        : this(endpoint, tableName, credential, null)
    {
    }

    /// <summary>A table of an account whose requests are signed with its key.</summary>
    /// <param name="endpoint">The account's address, without the table.</param>
    /// <param name="tableName">The table's name.</param>
    /// <param name="credential">Name and key.</param>
    /// <param name="options">The settings; null for defaults.</param>
    public TableClient(Uri endpoint, string tableName, TableSharedKeyCredential credential, TableClientOptions? options = null)
        : this(TableAccount.Of(endpoint, credential, options), tableName)
    {
    }

    /// <summary>A table of an account named by a connection string.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="tableName">The table's name.</param>
    public TableClient(string connectionString, string tableName)
        : this(connectionString, tableName, null)
    {
    }

    /// <summary>A table of an account named by a connection string.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="tableName">The table's name.</param>
    /// <param name="options">The settings; null for defaults.</param>
    public TableClient(string connectionString, string tableName, TableClientOptions? options = null)
        : this(TableAccount.Of(connectionString, options), tableName)
    {
    }

    /// <summary>A table of an account whose requests carry a token. Over http every request throws.</summary>
    /// <param name="endpoint">The account's address, without the table.</param>
    /// <param name="tableName">The table's name.</param>
    /// <param name="tokenCredential">Where tokens come from.</param>
    /// <param name="options">The settings; null for defaults.</param>
    public TableClient(Uri endpoint, string tableName, TokenCredential tokenCredential, TableClientOptions? options = null)
        : this(TableAccount.Of(endpoint, tokenCredential, options), tableName)
    {
    }

    /// <summary>For mocks.</summary>
    protected TableClient()
    {
        _account = null!;
        _entities = null!;
        _transactions = null!;
        Name = null!;
        Uri = null!;
    }

    internal TableClient(TableAccount account, string tableName)
    {
        ArgumentNullException.ThrowIfNull(tableName);
        _account = account;
        _entities = new EntityRequests(account, tableName);
        _transactions = new TransactionWriter(account, tableName);
        Name = tableName;
        Uri = new Uri(account.Root + "/" + Uri.EscapeDataString(tableName));
    }

    /// <summary>The table's name.</summary>
    public virtual string Name { get; }

    /// <summary>The account's name.</summary>
    public virtual string AccountName => _account.Name;

    /// <summary>The table's address, without a query.</summary>
    public virtual Uri Uri { get; }

    /// <summary>Makes a filter of an interpolated string, whose values are quoted and escaped.</summary>
    /// <param name="filter">The interpolated string.</param>
    /// <returns>The filter.</returns>
    public static string CreateQueryFilter(FormattableString filter) => QueryFilter.Create(filter);

    /// <summary>Makes the table.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The table.</returns>
    /// <exception cref="RequestFailedException">409 <see cref="TableErrorCode.TableAlreadyExists" />, or another refusal.</exception>
    public virtual Task<Response<TableItem>> CreateAsync(CancellationToken cancellationToken = default) =>
        TableRequests.CreateAsync(_account, Name, orKeep: false, cancellationToken);

    /// <summary>Makes the table, if it is not there.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The table; the status of the answer is 409 where it was there.</returns>
    /// <exception cref="RequestFailedException">409 <see cref="TableErrorCode.TableBeingDeleted" />, or another refusal.</exception>
    public virtual Task<Response<TableItem>> CreateIfNotExistsAsync(CancellationToken cancellationToken = default) =>
        TableRequests.CreateAsync(_account, Name, orKeep: true, cancellationToken);

    /// <summary>Deletes the table, if it is there.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The answer; its status is 404 where the table was not there.</returns>
    /// <exception cref="RequestFailedException">The service refused.</exception>
    public virtual Task<Response> DeleteAsync(CancellationToken cancellationToken = default) =>
        TableRequests.DeleteAsync(_account, Name, cancellationToken);
}
