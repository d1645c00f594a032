using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Operations.Offsets;

namespace FunctionsConsumers.UnitTests.Operations.Offsets;

public sealed class SkippedOffsetsTests
{
    private readonly MemoryTableStore _table = new();

    [Fact]
    public async Task What_is_passed_over_is_noted_with_its_interval_and_who_did_it()
    {
        await ChangeAsync(from: 5, to: 9);

        var row = Assert.Single(await RowsAsync());
        Assert.Equal(
            ("order-events", 0L, 5L, 9L, "somebody"),
            (row.Text("Topic"), row.Number("Partition"), row.Number("From"), row.Number("To"), row.Text("By")));
    }

    [Fact]
    public async Task The_same_skip_twice_is_one_interval()
    {
        await ChangeAsync(from: 5, to: 9);
        await ChangeAsync(from: 5, to: 9);

        Assert.Single(await RowsAsync());
    }

    [Fact]
    public async Task What_is_read_again_is_not_skipped_any_more()
    {
        await ChangeAsync(from: 5, to: 9);
        await ChangeAsync(from: 20, to: 30);
        await ChangeAsync(from: 30, to: 7);

        var row = Assert.Single(await RowsAsync());
        Assert.Equal((5L, 7L), (row.Number("From"), row.Number("To")));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task ChangeAsync(long from, long to) => new SkippedOffsets(_table, "billing", "somebody", TimeProvider.System).NoteAsync(
        new OffsetPlan("billing", "order-events", [new OffsetChange(0, from, from, to)]), Stop);

    private async Task<List<Row>> RowsAsync()
    {
        List<Row> rows = [];
        await foreach (var row in _table.ScanAsync("skipped-billing", "order-events:0:", null, Stop))
        {
            rows.Add(row);
        }

        return rows;
    }
}
