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

    // What one page of an answer holds.
    private const int PageRows = 1000;

    private readonly ConcurrentDictionary<(string Bucket, string RowKey), Row?> _seen = new();

    // Whether a page held all rows of a kind there are, by those that write them: each page is read once.
    private readonly ConcurrentDictionary<(string Bucket, string Rows), bool> _pages = new();

    // Rows that were there, or may be: whatever a page said, these are read by their keys.
    private readonly ConcurrentDictionary<(string Bucket, string RowKey), bool> _inDoubt = new();

    /// <summary>The operations that add the records' amounts: one for each row, summed over the records, an absent row inserted.</summary>
    /// <exception cref="StoreUnavailableException">A row not seen yet could not be read.</exception>
    /// <exception cref="CounterException">A counter takes no such amount, by the rows as they are now.</exception>
    public async Task<IReadOnlyList<RowOperation>> AddAsync(
        string bucket, IReadOnlyList<PlannedRecord> records, CancellationToken cancellationToken)
    {
        if (!records.Any(record => record.Additions.Length > 0))
        {
            return [];
        }

        var sums = Sum(records);

        if (_seen.Count > Capacity)
        {
            _seen.Clear();
            _pages.Clear();
            _inDoubt.Clear();
        }

        var unseen = Unseen(bucket, sums.Keys);
        if (unseen.Count > 0)
        {
            await ReadPagesAsync(bucket, unseen, cancellationToken).ConfigureAwait(false);
            await ReadAsync(bucket, Unseen(bucket, unseen), cancellationToken).ConfigureAwait(false);
        }

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
    public void Committed(string bucket, RowOperation operation, string? etag)
    {
        if (etag is null)
        {
            Forget(bucket, [operation]);
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

    /// <summary>
    /// Forgets rows whose state is not known any more. <paramref name="operations" /> are the counters' operations of a transaction
    /// that was no plain success.
    /// </summary>
    public void Forget(string bucket, IReadOnlyList<RowOperation> operations)
    {
        foreach (var operation in operations)
        {
            _inDoubt[(bucket, operation.RowKey)] = true;
            _seen.TryRemove((bucket, operation.RowKey), out _);
        }
    }

    private List<string> Unseen(string bucket, IEnumerable<string> rowKeys) =>
        [.. rowKeys.Where(rowKey => !_seen.ContainsKey((bucket, rowKey)))];

    // A process that starts knows no counter, and its first transactions need nearly all of them: a page of them is read at once
    // instead of each by itself. Where it held all of them, the others are not there. Nor are those that come later, if they name
    // their topic partition: its owner writes them, which is this process. Another owner may have been there in between; the insert
    // then fails, and the row is in doubt. Counters that nobody owns are read by their keys.
    private async Task ReadPagesAsync(string bucket, List<string> unseen, CancellationToken cancellationToken)
    {
        var rows = unseen.Where(rowKey => !_inDoubt.ContainsKey((bucket, rowKey)))
            .GroupBy(rowKey => (Kind: KindOf(rowKey), Owner: OwnerOf(rowKey)));
        foreach (var owned in rows)
        {
            var page = (bucket, owned.Key.Kind + owned.Key.Owner);
            var isRead = _pages.TryGetValue(page, out var isWhole);
            if (!isRead && owned.Count() > 1 && _seen.Count <= Capacity / 2)
            {
                isWhole = await ReadPageAsync(bucket, owned.Key.Kind, cancellationToken).ConfigureAwait(false);
                _pages[page] = isWhole;
            }

            if (isWhole && (!isRead || owned.Key.Owner.Length > 0))
            {
                foreach (var rowKey in owned)
                {
                    _seen.TryAdd((bucket, rowKey), null);
                }
            }
        }
    }

    private async Task<bool> ReadPageAsync(string bucket, string kind, CancellationToken cancellationToken)
    {
        var rows = 0;
        await foreach (var row in store.ScanAsync(bucket, kind, null, cancellationToken).ConfigureAwait(false))
        {
            _seen.TryAdd((bucket, row.RowKey), row);
            if (++rows == PageRows)
            {
                return false;
            }
        }

        return true;
    }

    private static string KindOf(string rowKey) => rowKey[..(rowKey.IndexOf('!', StringComparison.Ordinal) + 1)];

    // The topic partition that RowKey.OfCounter writes behind the name; empty where there is no such part.
    private static string OwnerOf(string rowKey)
    {
        var last = rowKey.LastIndexOf('!');
        return last > rowKey.IndexOf('!', StringComparison.Ordinal) ? rowKey[(last + 1)..] : "";
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
            _inDoubt.TryRemove((bucket, rowKey), out _);
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
internal sealed class CounterException(string message, Exception? innerException = null) : Exception(message, innerException);
