using System.Diagnostics;
using Azure.Data.Tables;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Rigs;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.Benchmarks.Questions;

/// <summary>How close billing comes to what the tables take at all: bare transactions of 100 inserts of the same rows.</summary>
internal sealed class TablesOwnRate : IQuestion
{
    private const int Orders = 16_000;
    private const double Goal = 0.9;

    // As many orders in a batch as fill its buckets' transactions, so that both sides send full ones.
    private const int BatchSize = Groups.Buckets * TransactionLimits.MaxRows;

    public string Name => "tables";

    public string Asks => "billing's rows/s";

    public string Against => "bare transactions of 100 inserts, same rows and client";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var batches = OrderBatches.Make(bench.Seed, Orders, size: BatchSize);
        var rows = await RowsAsync(batches, cancellationToken);
        var pair = await Rounds.InTurnAsync(
            async () => await Groups.RateAsync(
                await Groups.ProcessorAsync("billing", (await AzuriteTables.FreshAsync(bench, cancellationToken)).Store), batches,
                cancellationToken),
            async () => await RateAsync((await AzuriteTables.FreshAsync(bench, cancellationToken)).Client, rows, cancellationToken));
        await bench.ForgetTablesAsync();
        return [Figure.AtLeast(
            $"batches of {BatchSize}", pair.Ratio, Goal, " of the tables' rows/s", pair.Raw("billing: rows/s", "bare"))];
    }

    // The rows that billing would write, taken from the product itself.
    private static async Task<IReadOnlyList<Row>> RowsAsync(
        List<FunctionsConsumers.EffectivelyOnce.ConsumedRecord[]> batches, CancellationToken cancellationToken)
    {
        var memory = new MemoryTableStore();
        await Groups.RateAsync(await Groups.ProcessorAsync("billing", memory), batches, cancellationToken);
        return memory.Rows();
    }

    private static async Task<double> RateAsync(TableClient table, IReadOnlyList<Row> rows, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(rows.GroupBy(row => row.PartitionKey).Select(async bucket =>
        {
            foreach (var chunk in bucket.Chunk(TransactionLimits.MaxRows))
            {
                await table.SubmitTransactionAsync(
                    chunk.Select(row => new TableTransactionAction(TableTransactionActionType.Add, Entity(row))), cancellationToken);
            }
        }));
        return rows.Count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static TableEntity Entity(Row row)
    {
        var entity = new TableEntity(row.PartitionKey, row.RowKey);
        foreach (var (name, value) in row.Columns)
        {
            entity[name] = value;
        }

        return entity;
    }
}
