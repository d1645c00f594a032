using Azure;
using Azure.Data.Tables;

namespace FunctionsConsumers.UnitTests.StandIns.Tables;

public sealed class QueryTests
{
    private const string Path = "/billing()?$format=application%2Fjson%3Bodata%3Dminimalmetadata";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_are_asked_for_until_one_carries_no_continuation()
    {
        var service = new ScriptedService(tries => tries switch
        {
            0 => Page(["a", "b"], ("x-ms-continuation-NextPartitionKey", "1!4!cQ=="), ("x-ms-continuation-NextRowKey", "1!4!cg==")),
            1 => Page([], ("x-ms-continuation-NextPartitionKey", "alone")),
            _ => Page(["c"]),
        });

        var keys = await service.Table().QueryAsync<TableEntity>("PartitionKey eq 'b 0'", 2, ["RowKey", "Key"], Cancellation).Select(row => row.RowKey).ToListAsync(Cancellation);

        Assert.Equal(["a", "b", "c"], keys);
        const string Asked = Path + "&$top=2&$select=RowKey%2CKey&$filter=PartitionKey%20eq%20%27b%200%27";
        Assert.Equal(
            [Asked, Asked + "&NextPartitionKey=1%214%21cQ%3D%3D&NextRowKey=1%214%21cg%3D%3D", Asked + "&NextPartitionKey=alone"],
            service.Requests.Select(request => request.Uri.PathAndQuery));
    }

    [Fact]
    public async Task A_query_goes_on_where_a_page_of_another_one_ended()
    {
        var service = new ScriptedService(tries => tries == 0 ? Page(["a"], ("x-ms-continuation-NextPartitionKey", "p"), ("x-ms-continuation-NextRowKey", "r")) : Page(["b"]));
        var table = service.Table();

        var first = await table.QueryAsync<TableEntity>(cancellationToken: Cancellation).AsPages(pageSizeHint: 1).FirstAsync(Cancellation);
        var second = await table.QueryAsync<TableEntity>(cancellationToken: Cancellation).AsPages(first.ContinuationToken).SingleAsync(Cancellation);

        Assert.Equal("a", Assert.Single(first.Values).RowKey);
        Assert.Equal("b", Assert.Single(second.Values).RowKey);
        Assert.Equal([Path + "&$top=1", Path + "&NextPartitionKey=p&NextRowKey=r"], service.Requests.Select(request => request.Uri.PathAndQuery));
    }

    [Fact]
    public async Task Rows_of_a_page_may_have_other_columns_than_the_row_before()
    {
        var service = new ScriptedService(Answer.Of(200, """{"value":[{"RowKey":"1","A":1,"B":2},{"RowKey":"2","B":3},{"C":4,"RowKey":"3","A":"x"}]}"""));

        var rows = await service.Table().QueryAsync<TableEntity>(cancellationToken: Cancellation).ToListAsync(Cancellation);

        Assert.Equal(["RowKey,A,B", "RowKey,B", "C,RowKey,A"], rows.Select(row => string.Join(',', row.Keys)));
        Assert.Equal((2, 3, "x"), (rows[0].GetInt32("B"), rows[1].GetInt32("B"), rows[2].GetString("A")));
    }

    [Fact]
    public async Task Tables_are_listed_page_by_page()
    {
        var service = new ScriptedService(tries => tries == 0
            ? Answer.Of(200, """{"odata.metadata":"x","value":[{"TableName":"billing"}]}""", ("x-ms-continuation-NextTableName", "inventory"))
            : Answer.Of(200, """{"value":[{"TableName":"inventory"}]}"""));
        var client = new TableServiceClient(ScriptedService.ConnectionString, service.Options());

        var tables = await client.QueryAsync("TableName ge 'b'", 1, Cancellation).Select(table => table.Name).ToListAsync(Cancellation);

        Assert.Equal(["billing", "inventory"], tables);
        const string Asked = "/Tables?$format=application%2Fjson%3Bodata%3Dminimalmetadata&$top=1&$filter=TableName%20ge%20%27b%27";
        Assert.Equal([Asked, Asked + "&NextTableName=inventory"], service.Requests.Select(request => request.Uri.PathAndQuery));
    }

    [Fact]
    public async Task A_refused_page_throws()
    {
        var service = new ScriptedService(Answer.Refusal(400, "InvalidInput", "One of the request inputs is not valid."));

        var thrown = await Assert.ThrowsAsync<RequestFailedException>(async () => await service.Table().QueryAsync<TableEntity>("garbage", cancellationToken: Cancellation).ToListAsync(Cancellation));

        Assert.Equal((400, "InvalidInput"), (thrown.Status, thrown.ErrorCode));
    }

    [Fact]
    public void A_filter_quotes_and_escapes_its_values()
    {
        Assert.Equal(
            "A eq 'it''s' and B eq 5 and C gt 7L and D lt 1.5 and E eq true and F eq guid'00000000-0000-0000-0000-000000000000' and G ge datetime'2026-01-02T02:04:05Z' and H eq X'01FF'",
            TableClient.CreateQueryFilter(
                $"A eq {"it's"} and B eq {5} and C gt {7L} and D lt {1.5} and E eq {true} and F eq {Guid.Empty} and G ge {new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1))} and H eq {new byte[] { 1, 255 }}"));
        Assert.Equal("TableName eq 'x'", TableServiceClient.CreateQueryFilter($"TableName eq {"x"}"));
        Assert.Throws<ArgumentException>(() => TableClient.CreateQueryFilter($"A eq {TimeSpan.Zero}"));
    }

    private static Answer Page(string[] rowKeys, params (string, string)[] headers) =>
        Answer.Of(200, $$"""{"odata.metadata":"x","value":[{{string.Join(',', rowKeys.Select(key => $$"""{"RowKey":"{{key}}"}"""))}}]}""", headers);
}
