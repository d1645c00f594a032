using Azure.Data.Tables;

namespace FunctionsConsumers.IntegrationTests.StandIns.Tables;

public sealed class QueriesTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_query_of_more_rows_than_a_page_holds_gives_all_of_them_in_order()
    {
        var table = await azurite.NewTableAsync(Cancellation);
        for (var i = 0; i < 1200; i += 100)
        {
            await table.SubmitTransactionAsync(Enumerable.Range(i, 100).Select(n => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", $"r{n:0000}") { ["N"] = n })), Cancellation);
        }

        var pages = await table.QueryAsync<TableEntity>("PartitionKey eq 'p'", cancellationToken: Cancellation).AsPages().ToListAsync(Cancellation);
        var small = await table.QueryAsync<TableEntity>("PartitionKey eq 'p' and N lt 10", 3, ["RowKey"], Cancellation).AsPages().ToListAsync(Cancellation);

        Assert.Equal([1000, 200], pages.Select(page => page.Values.Count));
        Assert.Equal(Enumerable.Range(0, 1200), pages.SelectMany(page => page.Values).Select(row => row.GetInt32("N")!.Value));
        Assert.Equal(Enumerable.Range(0, 10).Select(n => $"r{n:0000}"), small.SelectMany(page => page.Values).Select(row => row.RowKey));
        Assert.All(small.SelectMany(page => page.Values), row => Assert.False(row.ContainsKey("N")));
    }

    [Fact]
    public async Task A_filter_made_of_values_finds_the_rows_that_have_them()
    {
        var table = await azurite.NewTableAsync(Cancellation);
        var at = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
        await table.AddEntityAsync(new TableEntity("it's", "1") { ["Long"] = 5_000_000_000L, ["At"] = at, ["Bool"] = true }, Cancellation);
        await table.AddEntityAsync(new TableEntity("it's", "2") { ["Long"] = 5L, ["At"] = at.AddDays(1), ["Bool"] = false }, Cancellation);

        async Task<string> FindAsync(string filter) => string.Join(',', await table.QueryAsync<TableEntity>(filter, cancellationToken: Cancellation).Select(row => row.RowKey).ToListAsync(Cancellation));

        Assert.Equal("1,2", await FindAsync(TableClient.CreateQueryFilter($"PartitionKey eq {"it's"}")));
        Assert.Equal("1", await FindAsync(TableClient.CreateQueryFilter($"PartitionKey eq {"it's"} and Long gt {10L}")));
        Assert.Equal("2", await FindAsync(TableClient.CreateQueryFilter($"At gt {at} and Bool eq {false}")));
    }

    [Fact]
    public async Task Tables_are_made_listed_and_deleted()
    {
        var client = new TableServiceClient(azurite.ConnectionString);
        var name = AzuriteFixture.NewTableName("listed");

        var made = await client.CreateTableIfNotExistsAsync(name, Cancellation);
        var kept = await client.CreateTableIfNotExistsAsync(name, Cancellation);
        var listed = await client.QueryAsync(TableServiceClient.CreateQueryFilter($"TableName eq {name}"), cancellationToken: Cancellation).Select(table => table.Name).ToListAsync(Cancellation);
        var deleted = await client.DeleteTableAsync(name, Cancellation);
        var after = await client.QueryAsync($"TableName eq '{name}'", cancellationToken: Cancellation).CountAsync(Cancellation);

        Assert.Equal((204, 409, 204), (made.GetRawResponse().Status, kept.GetRawResponse().Status, deleted.Status));
        Assert.Equal([name], listed);
        Assert.Equal(0, after);
    }
}
