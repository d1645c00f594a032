using Azure.Core;
using Azure.Data.Tables.Accounts;
using Azure.Data.Tables.Credentials;
using Azure.Data.Tables.Models;
using Azure.Data.Tables.Queries;
using Azure.Data.Tables.Requests;

namespace Azure.Data.Tables;

/// <summary>The tables of one account. Safe for use by many threads; make one and keep it, its connections are pooled.</summary>
public class TableServiceClient
{
    private readonly TableAccount _account;

    /// <summary>An account named by a connection string.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <exception cref="InvalidOperationException">The text is no list of keywords and values.</exception>
    /// <exception cref="ArgumentException">The keywords do not name an account.</exception>
    public TableServiceClient(string connectionString)
        : this(connectionString, null)
    {
    }

    /// <summary>An account named by a connection string.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="options">The settings; null for defaults.</param>
    /// <exception cref="InvalidOperationException">The text is no list of keywords and values.</exception>
    /// <exception cref="ArgumentException">The keywords do not name an account.</exception>
    public TableServiceClient(string connectionString, TableClientOptions? options = null) => _account = TableAccount.Of(connectionString, options);

    /// <summary>An account whose requests are signed with its key.</summary>
    /// <param name="endpoint">The address, <c>https://&lt;account&gt;.table.core.windows.net</c>.</param>
    /// <param name="credential">Name and key.</param>
    public TableServiceClient(Uri endpoint, TableSharedKeyCredential credential)
        : this(endpoint, credential, null)
    {
    }

    /// <summary>An account whose requests are signed with its key.</summary>
    /// <param name="endpoint">The address, <c>https://&lt;account&gt;.table.core.windows.net</c>.</param>
    /// <param name="credential">Name and key.</param>
    /// <param name="options">The settings; null for defaults.</param>
    public TableServiceClient(Uri endpoint, TableSharedKeyCredential credential, TableClientOptions? options) =>
        _account = TableAccount.Of(endpoint, credential, options);

    /// <summary>An account whose requests carry a token. Over http every request throws, so that no token goes out in the clear.</summary>
    /// <param name="endpoint">The address, <c>https://&lt;account&gt;.table.core.windows.net</c>.</param>
    /// <param name="tokenCredential">Where tokens come from.</param>
    /// <param name="options">The settings; null for defaults.</param>
    public TableServiceClient(Uri endpoint, TokenCredential tokenCredential, TableClientOptions? options = null) =>
        _account = TableAccount.Of(endpoint, tokenCredential, options);

    /// <summary>For mocks.</summary>
    protected TableServiceClient() => _account = null!;

    /// <summary>The account's name.</summary>
    public virtual string AccountName => _account.Name;

    /// <summary>The address, without a query.</summary>
    public virtual Uri Uri => _account.Uri;

    /// <summary>Makes a filter of an interpolated string, whose values are quoted and escaped.</summary>
    /// <param name="filter">The interpolated string.</param>
    /// <returns>The filter.</returns>
    public static string CreateQueryFilter(FormattableString filter) => QueryFilter.Create(filter);

    /// <summary>A client of one table, which need not be there.</summary>
    /// <param name="tableName">The table's name.</param>
    /// <returns>The client; it shares this one's connections.</returns>
    public virtual TableClient GetTableClient(string tableName)
    {
        ArgumentNullException.ThrowIfNull(tableName);
        return new TableClient(_account, tableName);
    }

    /// <summary>Makes a table.</summary>
    /// <param name="tableName">Its name: 3 to 63 letters and digits, a letter first.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The table.</returns>
    /// <exception cref="RequestFailedException">409 <see cref="TableErrorCode.TableAlreadyExists" />, or another refusal.</exception>
    public virtual Task<Response<TableItem>> CreateTableAsync(string tableName, CancellationToken cancellationToken = default) =>
        TableRequests.CreateAsync(_account, tableName, orKeep: false, cancellationToken);

    /// <summary>Makes a table, if it is not there.</summary>
    /// <param name="tableName">Its name: 3 to 63 letters and digits, a letter first.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The table; the status of the answer is 409 where it was there.</returns>
    /// <exception cref="RequestFailedException">409 <see cref="TableErrorCode.TableBeingDeleted" />, or another refusal.</exception>
    public virtual Task<Response<TableItem>> CreateTableIfNotExistsAsync(string tableName, CancellationToken cancellationToken = default) =>
        TableRequests.CreateAsync(_account, tableName, orKeep: true, cancellationToken);

    /// <summary>Deletes a table, if it is there. The service takes about 40 s until the name is free again.</summary>
    /// <param name="tableName">Its name.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The answer; its status is 404 where the table was not there.</returns>
    /// <exception cref="RequestFailedException">The service refused.</exception>
    public virtual Task<Response> DeleteTableAsync(string tableName, CancellationToken cancellationToken = default) =>
        TableRequests.DeleteAsync(_account, tableName, cancellationToken);

    /// <summary>Lists the account's tables.</summary>
    /// <param name="filter">A filter over <c>TableName</c>; null for all.</param>
    /// <param name="maxPerPage">How many tables a page has at most; null for the service's 1,000.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <returns>The tables, asked for as they are enumerated.</returns>
    public virtual AsyncPageable<TableItem> QueryAsync(string? filter = null, int? maxPerPage = null, CancellationToken cancellationToken = default) =>
        PageRequests.Tables(_account, filter, maxPerPage, cancellationToken);

    /// <summary>Lists the account's tables.</summary>
    /// <param name="filter">A filter over <c>TableName</c>, whose values are quoted and escaped.</param>
    /// <param name="maxPerPage">How many tables a page has at most; null for the service's 1,000.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <returns>The tables, asked for as they are enumerated.</returns>
    public virtual AsyncPageable<TableItem> QueryAsync(FormattableString filter, int? maxPerPage = null, CancellationToken cancellationToken = default) =>
        PageRequests.Tables(_account, QueryFilter.Create(filter), maxPerPage, cancellationToken);
}
