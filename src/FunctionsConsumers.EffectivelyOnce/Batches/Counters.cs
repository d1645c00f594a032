using System.Collections.Concurrent;
using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Batches;

/// <summary>
/// The counters' rows as this process last saw them. Never trusted: every write carries the ETag that was seen, and an
/// answer that is no plain success makes the process forget the rows and read them again.
/// </summary>
internal sealed class Counters(ITableStore store)
{
    // More rows than any catalog this is meant for has; past it the memory begins anew, and the rows are read again.
    private const int Capacity = 50_000;

    private readonly ConcurrentDictionary<(string Bucket, string RowKey), Row?> _seen = new();

    /// <summary>
    /// The operations that add the records' amounts: one for each row, summed over the records, an absent row inserted.
    /// </summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="records">The records of the transaction.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The operations.</returns>
    /// <exception cref="StoreUnavailableException">A row not seen yet could not be read.</exception>
    /// <exception cref="CounterException">A counter takes no such amount, by the rows as they are now.</exception>
    public async Task<IReadOnlyList<RowOperation>> AddAsync(
        string bucket, IReadOnlyList<PlannedRecord> records, CancellationToken cancellationToken)
    {
        var sums = Sum(records);
        if (sums.Count == 0)
        {
            return [];
        }

        if (_seen.Count > Capacity)
        {
            _seen.Clear();
        }

        List<string> unseen = [.. sums.Keys.Where(rowKey => !_seen.ContainsKey((bucket, rowKey)))];
        await ReadAsync(bucket, unseen, cancellationToken).ConfigureAwait(false);
        try
        {
            return Operations(bucket, sums);
        }
        catch (CounterException) when (unseen.Count < sums.Count)
        {
            // What was seen earlier may be old: nothing is refused on it.
            await ReadAsync(bucket, [.. sums.Keys], cancellationToken).ConfigureAwait(false);
            return Operations(bucket, sums);
        }
    }

    /// <summary>Takes in what a committed transaction wrote.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="operation">A counter's operation.</param>
    /// <param name="etag">The row's new version.</param>
    public void Committed(string bucket, RowOperation operation, string? etag)
    {
        if (etag is null)
        {
            _seen.TryRemove((bucket, operation.RowKey), out _);
            return;
        }

        var columns = new Dictionary<string, object>(operation.Columns, StringComparer.Ordinal);
        if (_seen.TryGetValue((bucket, operation.RowKey), out var before) && before is not null)
        {
            foreach (var (name, value) in before.Columns)
            {
                columns.TryAdd(name, value);
            }
        }

        _seen[(bucket, operation.RowKey)] = new Row(bucket, operation.RowKey, etag, columns);
    }

    /// <summary>Forgets rows whose state is not known any more.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="operations">The counters' operations of a transaction that was no plain success.</param>
    public void Forget(string bucket, IReadOnlyList<RowOperation> operations)
    {
        foreach (var operation in operations)
        {
            _seen.TryRemove((bucket, operation.RowKey), out _);
        }
    }

    private async Task ReadAsync(string bucket, List<string> rowKeys, CancellationToken cancellationToken)
    {
        if (rowKeys.Count == 0)
        {
            return;
        }

        var rows = await store.ReadAsync(bucket, rowKeys, null, cancellationToken).ConfigureAwait(false);
        foreach (var rowKey in rowKeys)
        {
            _seen[(bucket, rowKey)] = rows.GetValueOrDefault(rowKey);
        }
    }

    private List<RowOperation> Operations(string bucket, Dictionary<string, Dictionary<string, long>> sums)
    {
        var operations = new List<RowOperation>(sums.Count);
        foreach (var (rowKey, columns) in sums)
        {
            _seen.TryGetValue((bucket, rowKey), out var row);
            var values = new Dictionary<string, object>(columns.Count, StringComparer.Ordinal);
            foreach (var (column, amount) in columns)
            {
                values.Add(column, Sum(rowKey, column, Present(row, rowKey, column), amount));
            }

            operations.Add(row is null ? RowOperation.Insert(rowKey, values) : RowOperation.Merge(rowKey, values, row.ETag));
        }

        return operations;
    }

    private static long Present(Row? row, string rowKey, string column) => row is null || !row.Columns.ContainsKey(column)
        ? 0
        : row.Number(column)
            ?? throw new CounterException($"Column {column} of row '{rowKey}' holds no whole number: nothing can be added to it.");

    private static long Sum(string rowKey, string column, long present, long amount)
    {
        try
        {
            return checked(present + amount);
        }
        catch (OverflowException overflow)
        {
            throw new CounterException(string.Create(CultureInfo.InvariantCulture,
                $"Counter '{rowKey}', column {column}, holds {present} and takes no {amount} more: it is an Int64."), overflow);
        }
    }

    private static Dictionary<string, Dictionary<string, long>> Sum(IReadOnlyList<PlannedRecord> records)
    {
        var sums = new Dictionary<string, Dictionary<string, long>>(StringComparer.Ordinal);
        foreach (var record in records)
        {
            foreach (var addition in record.Additions)
            {
                if (!sums.TryGetValue(addition.RowKey, out var columns))
                {
                    sums.Add(addition.RowKey, columns = new(StringComparer.Ordinal));
                }

                columns[addition.Column] = Sum(
                    addition.RowKey, addition.Column, columns.GetValueOrDefault(addition.Column), addition.Amount);
            }
        }

        return sums;
    }
}

/// <summary>A counter cannot take what a plan adds to it. Whether it can depends on what it holds.</summary>
/// <param name="message">The counter, what it holds and what was to be added.</param>
/// <param name="innerException">The overflow, where it was one.</param>
internal sealed class CounterException(string message, Exception? innerException = null) : Exception(message, innerException);
