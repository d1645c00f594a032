using System.Globalization;
using System.Runtime.CompilerServices;

namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>
/// A table in memory that keeps the service's rules and not the emulator's: a transaction is atomic, on one partition, of
/// at most 100 different rows and 4 MiB; an insert fails where the row is there; an ETag that is not the row's fails.
/// </summary>
internal sealed class MemoryTableStore : ITableStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SortedDictionary<string, Row>> _partitions = new(StringComparer.Ordinal);
    private long _version;

    /// <inheritdoc />
    public Task<SubmitResult> SubmitAsync(
        string partitionKey, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken) =>
        Task.FromResult(Submit(partitionKey, operations));

    /// <summary>Submits a transaction at once; the modelled service of a test calls it at the moment it chooses.</summary>
    /// <param name="partitionKey">The bucket.</param>
    /// <param name="operations">The operations.</param>
    /// <returns>The outcome: <see cref="SubmitStatus.Unknown" /> stands for 409, 412 and 404, as the caller sees them.</returns>
    public SubmitResult Submit(string partitionKey, IReadOnlyList<RowOperation> operations)
    {
        ArgumentNullException.ThrowIfNull(operations);
        if (Refusal(operations) is { } refusal)
        {
            return new SubmitResult(SubmitStatus.Refused, [], refusal);
        }

        lock (_lock)
        {
            var rows = Partition(partitionKey);
            foreach (var operation in operations)
            {
                var there = rows.TryGetValue(operation.RowKey, out var row);
                var conflict = (operation.Kind, there) switch
                {
                    (RowOperationKind.Insert, true) => "409 EntityAlreadyExists",
                    (RowOperationKind.Insert, false) => null,
                    (_, false) => "404 ResourceNotFound",
                    _ => string.Equals(row!.ETag, operation.ETag, StringComparison.Ordinal) ? null : "412 UpdateConditionNotSatisfied",
                };
                if (conflict is not null)
                {
                    return new SubmitResult(SubmitStatus.Unknown, [], $"{conflict} at row '{operation.RowKey}'");
                }
            }

            return new SubmitResult(SubmitStatus.Committed, [.. operations.Select(operation => Apply(rows, partitionKey, operation))]);
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyDictionary<string, Row>> ReadAsync(
        string partitionKey, IReadOnlyCollection<string> rowKeys, IReadOnlyList<string>? columns, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var rows = Partition(partitionKey);
            var found = new Dictionary<string, Row>(StringComparer.Ordinal);
            foreach (var rowKey in rowKeys)
            {
                if (rows.TryGetValue(rowKey, out var row))
                {
                    found[rowKey] = row;
                }
            }

            return Task.FromResult<IReadOnlyDictionary<string, Row>>(found);
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<Row> ScanAsync(
        string partitionKey, string rowKeyPrefix, IReadOnlyList<string>? columns,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var row in Rows(partitionKey).Where(row => row.RowKey.StartsWith(rowKeyPrefix, StringComparison.Ordinal)))
        {
            yield return row;
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <summary>The rows of a bucket as they are now, in key order.</summary>
    /// <param name="partitionKey">The bucket.</param>
    /// <returns>A copy.</returns>
    public IReadOnlyList<Row> Rows(string partitionKey)
    {
        lock (_lock)
        {
            return [.. Partition(partitionKey).Values];
        }
    }

    /// <summary>Every row of every bucket as it is now.</summary>
    /// <returns>A copy.</returns>
    public IReadOnlyList<Row> Rows()
    {
        lock (_lock)
        {
            return [.. _partitions.Values.SelectMany(rows => rows.Values)];
        }
    }

    private static string? Refusal(IReadOnlyList<RowOperation> operations)
    {
        if (TransactionLimits.Refusal(operations) is { } refusal)
        {
            return refusal;
        }

        if (operations.Select(TransactionLimits.Violation).FirstOrDefault(violation => violation is not null) is { } violation)
        {
            return "400 PropertyValueTooLarge: " + violation;
        }

        return operations.Sum(operation => (long)TransactionLimits.RequestBytes(operation)) > 4 * 1024 * 1024
            ? "413 RequestBodyTooLarge: over 4 MiB in a transaction"
            : null;
    }

    private SortedDictionary<string, Row> Partition(string partitionKey)
    {
        if (!_partitions.TryGetValue(partitionKey, out var rows))
        {
            _partitions.Add(partitionKey, rows = new(StringComparer.Ordinal));
        }

        return rows;
    }

    private string? Apply(SortedDictionary<string, Row> rows, string partitionKey, RowOperation operation)
    {
        if (operation.Kind == RowOperationKind.Delete)
        {
            rows.Remove(operation.RowKey);
            return null;
        }

        var columns = new Dictionary<string, object>(operation.Columns, StringComparer.Ordinal);
        if (operation.Kind == RowOperationKind.Merge)
        {
            foreach (var (name, value) in rows[operation.RowKey].Columns)
            {
                columns.TryAdd(name, value);
            }
        }

        var etag = string.Create(CultureInfo.InvariantCulture, $"W/\"{++_version}\"");
        rows[operation.RowKey] = new Row(partitionKey, operation.RowKey, etag, columns);
        return etag;
    }
}
