using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.Benchmarks.Rigs;

/// <summary>A group's table of a modelled account: its partitions are its own, the account's limit is shared.</summary>
internal sealed class PrefixedStore(ITableStore account, string table) : ITableStore
{
    public Task<SubmitResult> SubmitAsync(
        string partitionKey, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken) =>
        account.SubmitAsync(Of(partitionKey), operations, cancellationToken);

    public Task<IReadOnlyDictionary<string, Row>> ReadAsync(
        string partitionKey, IReadOnlyCollection<string> rowKeys, IReadOnlyList<string>? columns, CancellationToken cancellationToken) =>
        account.ReadAsync(Of(partitionKey), rowKeys, columns, cancellationToken);

    public IAsyncEnumerable<Row> ScanAsync(
        string partitionKey, string rowKeyPrefix, IReadOnlyList<string>? columns, CancellationToken cancellationToken) =>
        account.ScanAsync(Of(partitionKey), rowKeyPrefix, columns, cancellationToken);

    // The bucket's number stays in front: it says which account the partition lives in.
    private string Of(string partitionKey) => $"{partitionKey}!{table}";
}
