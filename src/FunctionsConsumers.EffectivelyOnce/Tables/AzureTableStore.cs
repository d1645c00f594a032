using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Azure.Identity;

namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>
/// A table in Azure Table storage, its buckets dealt out over the accounts. Keeps the port's promise that an answer which
/// is no plain success is never taken for a failure.
/// </summary>
public sealed class AzureTableStore : ITableStore
{
    // Reading back is rare; more at once than this only queues in the connection pool.
    private const int ReadsAtOnce = 16;

    private readonly TableClient[] _tables;
    private readonly string _accounts;
    private readonly string _tableName;

    private AzureTableStore(IEnumerable<TableServiceClient> clients, string tableName)
    {
        _tables = [.. clients.Select(client => client.GetTableClient(tableName))];
        _accounts = string.Join(", ", clients.Select(client => client.AccountName));
        _tableName = tableName;
    }

    /// <summary>A group's table, its buckets dealt out over all accounts.</summary>
    /// <param name="accounts">The accounts.</param>
    /// <param name="tableName">The table, the same in each account.</param>
    /// <returns>The table.</returns>
    public static AzureTableStore OverAll(TableAccounts accounts, string tableName) => new(accounts.Clients, tableName);

    /// <summary>A table that lives in the first account only; its partition keys are no buckets.</summary>
    /// <param name="accounts">The accounts.</param>
    /// <param name="tableName">The table.</param>
    /// <returns>The table.</returns>
    public static AzureTableStore InFirst(TableAccounts accounts, string tableName) => new(accounts.Clients.Take(1), tableName);

    /// <inheritdoc />
    public async Task<SubmitResult> SubmitAsync(string partitionKey, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operations);
        var actions = new TableTransactionAction[operations.Count];
        for (var i = 0; i < actions.Length; i++)
        {
            actions[i] = Action(partitionKey, operations[i]);
        }

        try
        {
            var response = await TableOf(partitionKey).SubmitTransactionAsync(actions, cancellationToken).ConfigureAwait(false);
            var etags = new string?[actions.Length];
            for (var i = 0; i < etags.Length; i++)
            {
                etags[i] = operations[i].Kind == RowOperationKind.Delete ? null : response.Value[i].Headers.ETag?.ToString();
            }

            return new SubmitResult(SubmitStatus.Committed, etags);
        }
        catch (Exception failure) when (IsAnswer(failure))
        {
            return new SubmitResult(StatusOf(failure), [], Describe(failure), failure);
        }
    }

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<string, Row>> ReadAsync(
        string partitionKey, IReadOnlyCollection<string> rowKeys, IReadOnlyList<string>? columns, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rowKeys);

        // Point reads: a filter of row keys joined by "or" makes the service scan the whole partition.
        var table = TableOf(partitionKey);
        var found = new Dictionary<string, Row>(StringComparer.Ordinal);
        foreach (var some in rowKeys.Chunk(ReadsAtOnce))
        {
            var rows = await Task.WhenAll(some.Select(rowKey => ReadAsync(table, partitionKey, rowKey, columns, cancellationToken))).ConfigureAwait(false);
            foreach (var row in rows)
            {
                if (row is not null)
                {
                    found[row.RowKey] = row;
                }
            }
        }

        return found;
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<Row> ScanAsync(
        string partitionKey, string rowKeyPrefix, IReadOnlyList<string>? columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(rowKeyPrefix);
        var end = rowKeyPrefix[..^1] + (char)(rowKeyPrefix[^1] + 1);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {partitionKey} and RowKey ge {rowKeyPrefix} and RowKey lt {end}");
        var pages = TableOf(partitionKey).QueryAsync<TableEntity>(filter, 1000, Selected(columns), cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (pages.ConfigureAwait(false))
        {
            while (true)
            {
                TableEntity entity;
                try
                {
                    if (!await pages.MoveNextAsync().ConfigureAwait(false))
                    {
                        break;
                    }

                    entity = pages.Current;
                }
                catch (Exception failure) when (IsAnswer(failure) && !cancellationToken.IsCancellationRequested)
                {
                    throw AsReadFailure(failure);
                }

                yield return ToRow(entity);
            }
        }
    }

    private static TableTransactionAction Action(string partitionKey, RowOperation operation)
    {
        var entity = new TableEntity(partitionKey, operation.RowKey);
        foreach (var (name, value) in operation.Columns)
        {
            entity[name] = value;
        }

        return operation.Kind switch
        {
            RowOperationKind.Insert => new TableTransactionAction(TableTransactionActionType.Add, entity),
            RowOperationKind.Replace => new TableTransactionAction(TableTransactionActionType.UpdateReplace, entity, new ETag(operation.ETag!)),
            RowOperationKind.Merge => new TableTransactionAction(TableTransactionActionType.UpdateMerge, entity, new ETag(operation.ETag!)),
            _ => new TableTransactionAction(TableTransactionActionType.Delete, entity, new ETag(operation.ETag!)),
        };
    }

    private async Task<Row?> ReadAsync(TableClient table, string partitionKey, string rowKey, IReadOnlyList<string>? columns, CancellationToken cancellationToken)
    {
        try
        {
            var response = await table.GetEntityIfExistsAsync<TableEntity>(partitionKey, rowKey, Selected(columns), cancellationToken).ConfigureAwait(false);
            return response.HasValue ? ToRow(response.Value!) : null;
        }
        catch (Exception failure) when (IsAnswer(failure) && !cancellationToken.IsCancellationRequested)
        {
            throw AsReadFailure(failure);
        }
    }

    // The service leaves the keys out of an answer unless they are asked for.
    private static IEnumerable<string>? Selected(IReadOnlyList<string>? columns) => columns is null ? null : ["PartitionKey", "RowKey", .. columns];

    private static Row ToRow(TableEntity entity)
    {
        var columns = new Dictionary<string, object>(entity.Count, StringComparer.Ordinal);
        foreach (var (name, value) in entity)
        {
            if (value is not null && name is not ("PartitionKey" or "RowKey" or "Timestamp" or "odata.etag"))
            {
                columns[name] = value is DateTime time ? new DateTimeOffset(time.ToUniversalTime()) : value;
            }
        }

        return new Row(entity.PartitionKey, entity.RowKey, entity.ETag.ToString(), columns);
    }

    private TableClient TableOf(string partitionKey) => _tables.Length == 1
        ? _tables[0]
        : _tables[int.Parse(partitionKey.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture) % _tables.Length];

    // Used-up retries come as an AggregateException; a lost connection as IOException or HttpRequestException; an answer cut
    // short in the middle as InvalidOperationException.
    private static bool IsAnswer(Exception failure) => failure
        is RequestFailedException or AggregateException or OperationCanceledException or TimeoutException or IOException or HttpRequestException
        or AuthenticationFailedException or InvalidOperationException;

    private static SubmitStatus StatusOf(Exception failure) => failure switch
    {
        AuthenticationFailedException => SubmitStatus.Misconfigured,
        RequestFailedException { Status: 400 or 413 } => SubmitStatus.Refused,
        RequestFailedException { Status: 401 or 403 } => SubmitStatus.Misconfigured,
        RequestFailedException { Status: 404, ErrorCode: "TableNotFound" } => SubmitStatus.Misconfigured,
        _ => SubmitStatus.Unknown,
    };

    private Exception AsReadFailure(Exception failure) => StatusOf(failure) == SubmitStatus.Misconfigured
        ? new SettingException(Describe(failure), failure)
        : new StoreUnavailableException(Describe(failure), failure);

    private string Describe(Exception failure)
    {
        return failure switch
        {
            AuthenticationFailedException => $"{TableAccounts.Setting}: no token for the storage account '{_accounts}': {FirstLine(failure)}",
            RequestFailedException { Status: 401 or 403 } refused => $"{TableAccounts.Setting}: the storage account '{_accounts}' refuses the credential ({refused.Status} {refused.ErrorCode}): check the key, or give the identity the role Storage Table Data Contributor.",
            RequestFailedException { Status: 404, ErrorCode: "TableNotFound" } => $"{TableAccounts.Setting}: the storage account '{_accounts}' has no table '{_tableName}'; it is made at the start.",
            RequestFailedException answer => string.Create(CultureInfo.InvariantCulture, $"table '{_tableName}': {answer.Status} {answer.ErrorCode ?? FirstLine(answer)}"),
            AggregateException { InnerException: { } last } => $"table '{_tableName}' of '{_accounts}' cannot be reached: {FirstLine(last)}",
            _ => $"table '{_tableName}': {FirstLine(failure)}",
        };
    }

    private static string FirstLine(Exception failure) => failure.Message.Split('\n', 2)[0].TrimEnd();
}
