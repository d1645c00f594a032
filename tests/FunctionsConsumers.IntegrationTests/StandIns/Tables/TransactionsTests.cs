using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace FunctionsConsumers.IntegrationTests.StandIns.Tables;

public sealed class TransactionsTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_inserts_are_answered_one_by_one_with_the_etags_the_rows_have()
    {
        var table = await azurite.NewTableAsync(Cancellation);

        var answer = await table.SubmitTransactionAsync(Enumerable.Range(0, 100).Select(i => Insert($"row{i:000}")), Cancellation);
        var rows = await table.QueryAsync<TableEntity>(cancellationToken: Cancellation).ToListAsync(Cancellation);

        Assert.Equal(202, answer.GetRawResponse().Status);
        Assert.All(answer.Value, part => Assert.Equal(204, part.Status));
        Assert.Equal(rows.Select(row => row.ETag), answer.Value.Select(part => part.Headers.ETag!.Value));
    }

    [Fact]
    public async Task Operations_of_every_kind_go_together()
    {
        var table = await azurite.NewTableAsync(Cancellation);
        var seeds = await table.SubmitTransactionAsync([Insert("a!1"), Insert("b'1 +"), Insert("c"), Insert("d")], Cancellation);

        await table.SubmitTransactionAsync(
            [
                Insert("new"),
                new(TableTransactionActionType.UpdateMerge, new TableEntity("p", "a!1") { ["M"] = 2 }, seeds.Value[0].Headers.ETag!.Value),
                new(TableTransactionActionType.UpdateReplace, new TableEntity("p", "b'1 +") { ["M"] = 2 }, seeds.Value[1].Headers.ETag!.Value),
                new(TableTransactionActionType.Delete, new TableEntity("p", "c"), seeds.Value[2].Headers.ETag!.Value),
                new(TableTransactionActionType.UpsertMerge, new TableEntity("p", "d") { ["M"] = 2 }),
                new(TableTransactionActionType.UpsertReplace, new TableEntity("p", "e") { ["M"] = 2 }),
            ],
            Cancellation);

        var rows = await table.QueryAsync<TableEntity>(cancellationToken: Cancellation).ToListAsync(Cancellation);
        Assert.Equal(
            ["a!1 1 2", "b'1 +  2", "d 1 2", "e  2", "new 1 "],
            rows.Select(row => $"{row.RowKey} {row.GetInt32("N")} {row.GetInt32("M")}"));
    }

    [Fact]
    public async Task A_refused_operation_is_named_and_nothing_of_the_transaction_is_written()
    {
        var table = await azurite.NewTableAsync(Cancellation);
        await table.AddEntityAsync(new TableEntity("p", "there"), Cancellation);

        var conflict = await Assert.ThrowsAsync<TableTransactionFailedException>(() => table.SubmitTransactionAsync([Insert("x"), Insert("y"), Insert("there"), Insert("z")], Cancellation));
        var stale = await Assert.ThrowsAsync<TableTransactionFailedException>(() => table.SubmitTransactionAsync(
            [new(TableTransactionActionType.UpdateMerge, new TableEntity("p", "there"), new ETag("W/\"datetime'2020-01-01T00%3A00%3A00.0000000Z'\"")), Insert("x")], Cancellation));
        var gone = await Assert.ThrowsAsync<TableTransactionFailedException>(() => table.SubmitTransactionAsync(
            [Insert("x"), new(TableTransactionActionType.Delete, new TableEntity("p", "gone"), ETag.All)], Cancellation));

        Assert.Equal((409, 2), (conflict.Status, conflict.FailedTransactionActionIndex));
        Assert.True(conflict.ErrorCode == TableErrorCode.EntityAlreadyExists);
        Assert.Equal((412, 0), (stale.Status, stale.FailedTransactionActionIndex));
        Assert.Equal((404, 1), (gone.Status, gone.FailedTransactionActionIndex));
        Assert.Equal(["there"], await table.QueryAsync<TableEntity>(cancellationToken: Cancellation).Select(row => row.RowKey).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task The_same_row_twice_is_refused_as_input()
    {
        var table = await azurite.NewTableAsync(Cancellation);

        var thrown = await Assert.ThrowsAsync<TableTransactionFailedException>(() => table.SubmitTransactionAsync([Insert("x"), Insert("x")], Cancellation));

        Assert.Equal((400, 1), (thrown.Status, thrown.FailedTransactionActionIndex));
        Assert.True(thrown.ErrorCode == TableErrorCode.InvalidDuplicateRow);
    }

    [Fact]
    public async Task A_transaction_over_four_mebibytes_is_refused_as_a_whole()
    {
        var table = await azurite.NewTableAsync(Cancellation);
        var text = new string('x', 30_000);

        var thrown = await Assert.ThrowsAsync<RequestFailedException>(() => table.SubmitTransactionAsync(
            Enumerable.Range(0, 100).Select(i => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", $"r{i}") { ["A"] = text, ["B"] = text })), Cancellation));

        Assert.Equal((413, "RequestBodyTooLarge"), (thrown.Status, thrown.ErrorCode));
    }

    [Fact]
    public async Task Writers_that_race_for_a_counter_under_its_etag_add_up_exactly()
    {
        const int Writers = 8;
        const int Times = 5;
        var table = await azurite.NewTableAsync(Cancellation);
        await table.AddEntityAsync(new TableEntity("p", "counter") { ["Sum"] = 0L }, Cancellation);

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var done = 0; done < Times;)
            {
                var counter = (await table.GetEntityAsync<TableEntity>("p", "counter", cancellationToken: Cancellation)).Value;
                try
                {
                    await table.SubmitTransactionAsync(
                        [
                            Insert($"key{writer}-{done}"),
                            new(TableTransactionActionType.UpdateReplace, new TableEntity("p", "counter") { ["Sum"] = counter.GetInt64("Sum")!.Value + 1 }, counter.ETag),
                        ],
                        Cancellation);
                    done++;
                }
                catch (TableTransactionFailedException e) when (e.Status == 412)
                {
                    // Another writer was there first: read anew.
                }
            }
        })));

        Assert.Equal(Writers * Times, (await table.GetEntityAsync<TableEntity>("p", "counter", cancellationToken: Cancellation)).Value.GetInt64("Sum"));
        Assert.Equal((Writers * Times) + 1, await table.QueryAsync<TableEntity>(select: ["RowKey"], cancellationToken: Cancellation).CountAsync(Cancellation));
    }

    private static TableTransactionAction Insert(string rowKey) => new(TableTransactionActionType.Add, new TableEntity("p", rowKey) { ["N"] = 1 });
}
