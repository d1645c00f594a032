using FunctionsConsumers.EffectivelyOnce.Testing.Tables;
using System.Globalization;
using System.Runtime.CompilerServices;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>One process life's connection to a table of the modelled service.</summary>
internal sealed class ModelledStore(Life life, ModelledTable table) : ITableStore
{
    public Task<SubmitResult> SubmitAsync(string partitionKey, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
    {
        life.World.OnOwnThread();
        life.OnRequest(cancellationToken);
        var submit = new SubmitOperation(
            life,
            () => Label(partitionKey, operations),
            new TransactionRequest(table, life.World.Clock.Now, life.Name, life.CurrentDelivery, partitionKey, operations),
            cancellationToken);
        life.World.Operations.Add(submit);
        return submit.Answer;
    }

    public Task<IReadOnlyDictionary<string, Row>> ReadAsync(
        string partitionKey, IReadOnlyCollection<string> rowKeys, IReadOnlyList<string>? columns, CancellationToken cancellationToken)
    {
        life.World.OnOwnThread();
        life.OnRequest(cancellationToken);
        var read = new ReadOperation<IReadOnlyDictionary<string, Row>>(
            life, () => $"read {partitionKey} [{string.Join(' ', rowKeys.Take(4))}]", Read,
            rows => "[" + string.Join(' ', rows.Values.Select(Describe)) + "]", cancellationToken);
        life.World.Operations.Add(read);
        return read.Answer;

        IReadOnlyDictionary<string, Row> Read()
        {
            var there = table.Rows(partitionKey);
            var found = new Dictionary<string, Row>(StringComparer.Ordinal);
            foreach (var rowKey in rowKeys)
            {
                if (there.TryGetValue(rowKey, out var row))
                {
                    found[rowKey] = Project(row, columns);
                }
            }

            return found;
        }
    }

    public async IAsyncEnumerable<Row> ScanAsync(
        string partitionKey, string rowKeyPrefix, IReadOnlyList<string>? columns,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = "";
        while (true)
        {
            life.World.OnOwnThread();
            var size = life.World.Setting.Small is not null
                ? 2
                : 1 + life.World.Choices.Below(life.World.Setting.Kind is HistoryKind.LargeBatches or HistoryKind.Large ? 200 : 3);
            var scan = new ReadOperation<List<Row>>(life, () => $"scan {partitionKey} {rowKeyPrefix} after '{last}'", Page,
                rows => "[" + string.Join(' ', rows.Select(Describe)) + "]", cancellationToken);
            life.World.Operations.Add(scan);
            var page = await scan.Answer;
            foreach (var row in page)
            {
                yield return row;
            }

            if (page.Count < size)
            {
                yield break;
            }

            last = page[^1].RowKey;

            List<Row> Page() => [.. table.Rows(partitionKey).Values
                .Where(row => row.RowKey.StartsWith(rowKeyPrefix, StringComparison.Ordinal) && string.CompareOrdinal(row.RowKey, last) > 0)
                .Take(size)
                .Select(row => Project(row, columns))];
        }
    }

    /// <summary>A transaction in a word or two.</summary>
    public static string Label(string partitionKey, IReadOnlyList<RowOperation> operations) => string.Create(
        CultureInfo.InvariantCulture, $"submit {partitionKey} "
            + $"[{string.Join(' ', operations.Select(Describe).Take(4))}{(operations.Count > 4 ? $" +{operations.Count - 4}" : "")}]");

    private static Row Project(Row row, IReadOnlyList<string>? columns) => columns is null
        ? row
        : row with { Columns = row.Columns.Where(column => columns.Contains(column.Key)).ToDictionary(StringComparer.Ordinal) };

    private static string Describe(Row row) => row.RowKey + "@" + row.ETag;

    private static string Describe(RowOperation operation) => operation.Kind switch
    {
        RowOperationKind.Insert => "+",
        RowOperationKind.Delete => "-",
        _ => "=",
    } + operation.RowKey
        + (operation.Columns.TryGetValue("State", out var state) && operation.Kind == RowOperationKind.Merge ? ":" + state : "");
}
