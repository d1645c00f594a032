using System.Runtime.CompilerServices;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.Benchmarks.Rigs;

/// <summary>Takes every transaction and keeps nothing: what is left is the library's own work.</summary>
internal sealed class NoStore : ITableStore
{
    private static readonly SubmitResult[] Committed =
        [.. Enumerable.Range(0, TransactionLimits.MaxRows + 1)
            .Select(rows => new SubmitResult(SubmitStatus.Committed, [.. Enumerable.Repeat("1", rows)]))];

    private static readonly Dictionary<string, Row> None = [];

    public Task<SubmitResult> SubmitAsync(
        string partitionKey, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken) =>
        Task.FromResult(Committed[operations.Count]);

    public Task<IReadOnlyDictionary<string, Row>> ReadAsync(
        string partitionKey, IReadOnlyCollection<string> rowKeys, IReadOnlyList<string>? columns, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, Row>>(None);

    public async IAsyncEnumerable<Row> ScanAsync(
        string partitionKey, string rowKeyPrefix, IReadOnlyList<string>? columns,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }
}

/// <summary>Counts what a store is asked: a transaction is one request, each row read by its key, and each page of a scan.</summary>
internal sealed class CountingStore(ITableStore store) : ITableStore
{
    private const int PageRows = 1000;

    private int _submits;
    private int _reads;

    public int Submits => _submits;

    public int Reads => _reads;

    public Task<SubmitResult> SubmitAsync(string partitionKey, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _submits);
        return store.SubmitAsync(partitionKey, operations, cancellationToken);
    }

    public Task<IReadOnlyDictionary<string, Row>> ReadAsync(
        string partitionKey, IReadOnlyCollection<string> rowKeys, IReadOnlyList<string>? columns, CancellationToken cancellationToken)
    {
        Interlocked.Add(ref _reads, rowKeys.Count);
        return store.ReadAsync(partitionKey, rowKeys, columns, cancellationToken);
    }

    public async IAsyncEnumerable<Row> ScanAsync(
        string partitionKey, string rowKeyPrefix, IReadOnlyList<string>? columns,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rows = 0;
        Interlocked.Increment(ref _reads);
        await foreach (var row in store.ScanAsync(partitionKey, rowKeyPrefix, columns, cancellationToken))
        {
            if (rows++ == PageRows)
            {
                rows = 1;
                Interlocked.Increment(ref _reads);
            }

            yield return row;
        }
    }
}

/// <summary>Takes messages and sends none.</summary>
internal sealed class NoOutbox : IOutbox
{
    public void Offer(string bucket, IReadOnlyList<CommittedParcel> parcels)
    {
    }
}
