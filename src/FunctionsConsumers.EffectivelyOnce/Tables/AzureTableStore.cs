using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>
/// A table in Azure Table storage, its buckets dealt out over the accounts. Keeps the port's promise that an answer which
/// is no plain success is never taken for a failure.
/// </summary>
internal sealed class AzureTableStore : ITableStore
{
    // Reading back is rare; more at once than this only queues in the connection pool.
    private const int ReadsAtOnce = 16;

    private readonly Table[] _tables;

    private readonly string _setting;

    private AzureTableStore(TableAccounts accounts, IEnumerable<TableServiceClient> clients, string tableName)
    {
        _tables = [.. clients.Select(client => new Table(client.GetTableClient(tableName), accounts.OurOwn.Contains(client)))];
        _setting = accounts.Setting;
    }

    /// <summary>A group's table, its buckets dealt out over all accounts.</summary>
    /// <param name="accounts">The accounts.</param>
    /// <param name="tableName">The table, the same in each account.</param>
    /// <returns>The table.</returns>
    public static AzureTableStore OverAll(TableAccounts accounts, string tableName) => new(accounts, accounts.Clients, tableName);

    /// <summary>A table that lives in the first account only; its partition keys are no buckets.</summary>
    /// <param name="accounts">The accounts.</param>
    /// <param name="tableName">The table.</param>
    /// <returns>The table.</returns>
    public static AzureTableStore InFirst(TableAccounts accounts, string tableName) => new(accounts, accounts.Clients.Take(1), tableName);

    /// <inheritdoc />
    /// <exception cref="ArgumentException">No operation, an update or a delete without an ETag, or a partition key that is no
    /// bucket.</exception>
    public async Task<SubmitResult> SubmitAsync(
        string partitionKey, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
    {
        // What the caller got wrong is found here. From the call of the client on, every exception is an answer.
        var (table, writesOwn) = TableOf(partitionKey);
        ArgumentNullException.ThrowIfNull(operations);
        if (operations.Count == 0)
        {
            throw new ArgumentException("A transaction needs at least one operation.", nameof(operations));
        }

        if (TransactionLimits.Refusal(operations) is { } refusal)
        {
            return new SubmitResult(SubmitStatus.Refused, [], refusal);
        }

        if (operations.FirstOrDefault(one => one.Kind != RowOperationKind.Insert && string.IsNullOrEmpty(one.ETag)) is { } blind)
        {
            throw new ArgumentException(
                $"{blind.Kind} of row '{blind.RowKey}' names no ETag: read the row, and give the version that was read.",
                nameof(operations));
        }

        try
        {
            var etags = writesOwn
                ? await WriteAsync(table, partitionKey, operations, cancellationToken).ConfigureAwait(false)
                : await WriteByClientAsync(table, partitionKey, operations, cancellationToken).ConfigureAwait(false);
            return new SubmitResult(SubmitStatus.Committed, etags);
        }
        catch (Exception failure)
        {
            var row = failure is TableTransactionFailedException { FailedTransactionActionIndex: { } index } && index < operations.Count
                ? $" at row '{operations[index].RowKey}'"
                : "";
            return new SubmitResult(TableAnswers.StatusOf(failure), [], TableAnswers.Describe(table, _setting, failure) + row, failure);
        }
    }

    /// <inheritdoc />
    /// <exception cref="ArgumentException">A partition key that is no bucket.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<IReadOnlyDictionary<string, Row>> ReadAsync(
        string partitionKey, IReadOnlyCollection<string> rowKeys, IReadOnlyList<string>? columns, CancellationToken cancellationToken)
    {
        var (table, _) = TableOf(partitionKey);
        ArgumentNullException.ThrowIfNull(rowKeys);

        // Point reads: a filter of row keys joined by "or" makes the service scan the whole partition.
        var found = new Dictionary<string, Row>(StringComparer.Ordinal);
        foreach (var some in rowKeys.Chunk(ReadsAtOnce))
        {
            var reads = some.Select(rowKey => table.FindAsync(_setting, partitionKey, rowKey, Selected(columns), cancellationToken));
            var rows = await Task.WhenAll(reads).ConfigureAwait(false);
            foreach (var row in rows)
            {
                if (row is not null)
                {
                    found[row.RowKey] = ToRow(row);
                }
            }
        }

        return found;
    }

    /// <inheritdoc />
    /// <exception cref="ArgumentException">An empty prefix, or a partition key that is no bucket.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async IAsyncEnumerable<Row> ScanAsync(
        string partitionKey, string rowKeyPrefix, IReadOnlyList<string>? columns,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (table, _) = TableOf(partitionKey);
        ArgumentException.ThrowIfNullOrEmpty(rowKeyPrefix);
        var end = rowKeyPrefix[..^1] + (char)(rowKeyPrefix[^1] + 1);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {partitionKey} and RowKey ge {rowKeyPrefix} and RowKey lt {end}");
        var pages = table.QueryAsync<TableEntity>(filter, 1000, Selected(columns), cancellationToken).AsPages().GetAsyncEnumerator(
            cancellationToken);
        await using (pages.ConfigureAwait(false))
        {
            while (await table.AskAsync(_setting, NextAsync, cancellationToken).ConfigureAwait(false) is { } rows)
            {
                foreach (var row in rows)
                {
                    yield return row;
                }
            }
        }

        async Task<Row[]?> NextAsync() => await pages.MoveNextAsync().ConfigureAwait(false)
            ? [.. TableAnswers.Whole(pages.Current).Values.Select(row => ToRow(TableAnswers.Whole(row)))]
            : null;
    }

    // The client is given one action that can never succeed, in whose place its pipeline sends the transaction.
    private static async Task<string?[]> WriteAsync(
        TableClient table, string partitionKey, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
    {
        var transaction = new OwnTransaction(table.Name, partitionKey, operations);
        using var scope = transaction.Scope();
        var nothing = new TableTransactionAction(
            TableTransactionActionType.Delete, new TableEntity(partitionKey, "nothing"), new ETag("none"));
        var response = await table.SubmitTransactionAsync([nothing], cancellationToken).ConfigureAwait(false);
        return transaction.ETags ?? ETags(operations, response.Value);
    }

    private static async Task<string?[]> WriteByClientAsync(
        TableClient table, string partitionKey, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
    {
        var actions = operations.Select(operation => Action(partitionKey, operation));
        var response = await table.SubmitTransactionAsync(actions, cancellationToken).ConfigureAwait(false);
        return ETags(operations, response.Value);
    }

    private static TableTransactionAction Action(string partitionKey, RowOperation operation)
    {
        var entity = new TableEntity(partitionKey, operation.RowKey);
        foreach (var (name, value) in operation.Columns)
        {
            entity[name] = value;
        }

        var kind = operation.Kind switch
        {
            RowOperationKind.Insert => TableTransactionActionType.Add,
            RowOperationKind.Replace => TableTransactionActionType.UpdateReplace,
            RowOperationKind.Merge => TableTransactionActionType.UpdateMerge,
            _ => TableTransactionActionType.Delete,
        };
        return operation.ETag is null
            ? new TableTransactionAction(kind, entity)
            : new TableTransactionAction(kind, entity, new ETag(operation.ETag));
    }

    // A success has one part for each operation, each itself a success. The client does not see to that.
    private static string?[] ETags(IReadOnlyList<RowOperation> operations, IReadOnlyList<Response> parts)
    {
        var done = parts.Count(part => part.Status is >= 200 and < 300);
        if (parts.Count != operations.Count || done != operations.Count)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"The answer cannot be read: it speaks of {parts.Count} operations and calls {done} of them done; there are "
                + $"{operations.Count}."));
        }

        var etags = new string?[parts.Count];
        for (var i = 0; i < etags.Length; i++)
        {
            etags[i] = operations[i].Kind == RowOperationKind.Delete ? null : parts[i].Headers.ETag?.ToString();
        }

        return etags;
    }

    // The service leaves the keys out of an answer unless they are asked for.
    private static IEnumerable<string>? Selected(IReadOnlyList<string>? columns) =>
        columns is null ? null : ["PartitionKey", "RowKey", .. columns];

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

    private Table TableOf(string partitionKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(partitionKey);
        if (_tables.Length == 1)
        {
            return _tables[0];
        }

        return int.TryParse(partitionKey.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var bucket)
            ? _tables[bucket % _tables.Length]
            : throw new ArgumentException(
                $"'{partitionKey}' is no bucket (b000, b001 …), so no account can be told for it.", nameof(partitionKey));
    }

    // WritesOwn: whether the client's pipeline has a policy that writes our transactions.
    private readonly record struct Table(TableClient Client, bool WritesOwn);
}
