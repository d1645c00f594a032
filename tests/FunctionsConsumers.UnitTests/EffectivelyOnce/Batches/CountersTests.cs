using System.Globalization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

public sealed class CountersTests
{
    private const string Bucket = "b000";

    [Fact]
    public async Task The_counters_of_a_bucket_are_read_at_once_by_a_process_that_knows_none()
    {
        var store = new BentStore(TableOf(300));
        var counters = new Counters(store);

        var first = await counters.AddAsync(Bucket, [Adding(1, 5, 299, 1000)], TestContext.Current.CancellationToken);
        var second = await counters.AddAsync(Bucket, [Adding(7, 8, 2000)], TestContext.Current.CancellationToken);

        Assert.Equal((1, 1), (store.Scans, store.RowsRead));
        Assert.Equal(["Merge 2", "Merge 6", "Merge 300", "Insert 1"], first.Select(Told));
        Assert.Equal(["Merge 8", "Merge 9", "Insert 1"], second.Select(Told));
    }

    [Fact]
    public async Task A_counter_behind_the_first_page_is_read_by_its_key()
    {
        var store = new BentStore(TableOf(1500));

        var operations = await new Counters(store).AddAsync(Bucket, [Adding(0, 999, 1499, 9999)], TestContext.Current.CancellationToken);

        Assert.Equal((1, 2), (store.Scans, store.RowsRead));
        Assert.Equal(["Merge 1", "Merge 1000", "Merge 1500", "Insert 1"], operations.Select(Told));
    }

    [Fact]
    public async Task One_counter_is_read_by_its_key()
    {
        var store = new BentStore(TableOf(10));

        var operations = await new Counters(store).AddAsync(Bucket, [Adding(3)], TestContext.Current.CancellationToken);

        Assert.Equal((0, 1), (store.Scans, store.RowsRead));
        Assert.Equal(["Merge 4"], operations.Select(Told));
    }

    [Fact]
    public async Task A_page_that_does_not_come_takes_no_counter_for_absent()
    {
        var store = new BentStore(TableOf(10)) { OnRead = () => new StoreUnavailableException("503") };
        var counters = new Counters(store);

        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => counters.AddAsync(Bucket, [Adding(3, 4)], TestContext.Current.CancellationToken));
        store.OnRead = null;

        var operations = await counters.AddAsync(Bucket, [Adding(3, 4)], TestContext.Current.CancellationToken);
        Assert.Equal(["Merge 4", "Merge 5"], operations.Select(Told));
    }

    [Fact]
    public async Task Counters_of_another_kind_are_not_taken_for_absent()
    {
        var table = TableOf(2);
        table.Submit(Bucket, [RowOperation.Insert("total!a", new Dictionary<string, object> { ["Sum"] = 5L })]);
        var store = new BentStore(table);

        var operations = await new Counters(store).AddAsync(
            Bucket, [Adding([RowKeyOf(0), RowKeyOf(1), "total!a"])], TestContext.Current.CancellationToken);

        Assert.Equal(["Merge 1", "Merge 2", "Merge 6"], operations.Select(Told));
    }

    [Fact]
    public async Task A_counter_of_a_partition_whose_counters_were_all_read_is_not_looked_for_again()
    {
        var store = new BentStore(new MemoryTableStore());
        var counters = new Counters(store);

        await counters.AddAsync(Bucket, [Adding(["sum!a!t:0", "sum!b!t:0"])], TestContext.Current.CancellationToken);
        var later = await counters.AddAsync(Bucket, [Adding(["sum!c!t:0"])], TestContext.Current.CancellationToken);

        Assert.Equal((1, 0), (store.Scans, store.RowsRead));
        Assert.Equal(["Insert 1"], later.Select(Told));
    }

    [Fact]
    public async Task A_partition_that_comes_has_its_counters_read()
    {
        var table = new MemoryTableStore();
        var store = new BentStore(table);
        var counters = new Counters(store);
        await counters.AddAsync(Bucket, [Adding(["sum!a!t:0", "sum!b!t:0"])], TestContext.Current.CancellationToken);
        table.Submit(Bucket, [RowOperation.Insert("sum!b!t:1", new Dictionary<string, object> { ["Sum"] = 5L })]);

        var first = await counters.AddAsync(Bucket, [Adding(["sum!a!t:1", "sum!b!t:1"])], TestContext.Current.CancellationToken);

        Assert.Equal((2, 0), (store.Scans, store.RowsRead));
        Assert.Equal(["Insert 1", "Merge 6"], first.Select(Told));
    }

    [Fact]
    public async Task A_counter_that_another_owner_made_in_between_is_read_after_the_insert_failed()
    {
        var table = new MemoryTableStore();
        var store = new BentStore(table);
        var counters = new Counters(store);
        await counters.AddAsync(Bucket, [Adding(["sum!a!t:0", "sum!b!t:0"])], TestContext.Current.CancellationToken);
        table.Submit(Bucket, [RowOperation.Insert("sum!c!t:0", new Dictionary<string, object> { ["Sum"] = 5L })]);

        var tried = await counters.AddAsync(Bucket, [Adding(["sum!c!t:0"])], TestContext.Current.CancellationToken);
        counters.Forget(Bucket, tried);
        var again = await counters.AddAsync(Bucket, [Adding(["sum!c!t:0"])], TestContext.Current.CancellationToken);

        Assert.Equal(["Insert 1"], tried.Select(Told));
        Assert.Equal(["Merge 6"], again.Select(Told));
        Assert.Equal((1, 1), (store.Scans, store.RowsRead));
    }

    private static string Told(RowOperation operation) =>
        string.Create(CultureInfo.InvariantCulture, $"{operation.Kind} {operation.Columns["Sum"]}");

    private static string RowKeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"sum!{number:D4}");

    private static PlannedRecord Adding(params int[] counters) => Adding([.. counters.Select(RowKeyOf)]);

    // Each counter gets one more.
    private static PlannedRecord Adding(string[] rowKeys)
    {
        var record = TestGroup.Record(0, "a|1");
        return new PlannedRecord
        {
            Record = record,
            Identity = new EventIdentity("group", "a", "a", "", record.Coordinates),
            Bucket = 0,
            Inserts = [],
            Additions = [.. rowKeys.Select(rowKey => new Addition(rowKey, "Sum", 1))],
            Messages = [],
            RequestBytes = 0,
        };
    }

    // Counter number n holds n.
    private static MemoryTableStore TableOf(int counters)
    {
        var table = new MemoryTableStore();
        foreach (var some in Enumerable.Range(0, counters).Chunk(100))
        {
            table.Submit(Bucket, [.. some.Select(number =>
                RowOperation.Insert(RowKeyOf(number), new Dictionary<string, object> { ["Sum"] = (long)number }))]);
        }

        return table;
    }
}
