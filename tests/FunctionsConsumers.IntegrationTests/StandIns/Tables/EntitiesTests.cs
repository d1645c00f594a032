using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace FunctionsConsumers.IntegrationTests.StandIns.Tables;

public sealed class EntitiesTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("b000", "invoice!123")]
    [InlineData("p'1", "r'1 +&=;,$()*~")]
    [InlineData("pü€😀", "stock!=0020!order-events:3")]
    [InlineData("", "")]
    public async Task An_entity_comes_back_as_it_was_written(string partitionKey, string rowKey)
    {
        var table = await azurite.NewTableAsync(Cancellation);
        var at = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);
        var written = new TableEntity(partitionKey, rowKey)
        {
            ["Text"] = "a'b\"\\ü😀\n<>&+%", ["Empty"] = "", ["Int"] = int.MinValue, ["Long"] = long.MaxValue, ["Double"] = 1e300, ["Whole"] = 3.0,
            ["Bool"] = true, ["Guid"] = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), ["At"] = at, ["Bytes"] = new byte[] { 0, 255, 7 }, ["Null"] = null!,
        };

        var added = await table.AddEntityAsync(written, Cancellation);
        var read = (await table.GetEntityAsync<TableEntity>(partitionKey, rowKey, cancellationToken: Cancellation)).Value;

        Assert.Equal(added.Headers.ETag, read.ETag);
        Assert.NotNull(read.Timestamp);
        Assert.Equal((partitionKey, rowKey), (read.PartitionKey, read.RowKey));
        Assert.Equal(("a'b\"\\ü😀\n<>&+%", ""), (read.GetString("Text"), read.GetString("Empty")));
        Assert.Equal((int.MinValue, long.MaxValue), (read.GetInt32("Int"), read.GetInt64("Long")));
        Assert.Equal((1e300, 3.0, true), (read.GetDouble("Double"), read.GetDouble("Whole"), read.GetBoolean("Bool")));
        Assert.Equal((Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), at), (read.GetGuid("Guid"), read.GetDateTimeOffset("At")));
        Assert.Equal([0, 255, 7], read.GetBinary("Bytes"));
        Assert.False(read.ContainsKey("Null"));
    }

    [Fact]
    public async Task An_entity_that_is_there_is_not_inserted_again()
    {
        var table = await azurite.NewTableAsync(Cancellation);
        await table.AddEntityAsync(new TableEntity("p", "r"), Cancellation);

        var thrown = await Assert.ThrowsAsync<RequestFailedException>(() => table.AddEntityAsync(new TableEntity("p", "r"), Cancellation));

        Assert.Equal(409, thrown.Status);
        Assert.True(thrown.ErrorCode == TableErrorCode.EntityAlreadyExists);
    }

    [Fact]
    public async Task An_update_takes_the_version_it_names_and_no_other()
    {
        var table = await azurite.NewTableAsync(Cancellation);
        var first = (await table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1, ["B"] = 1 }, Cancellation)).Headers.ETag!.Value;

        var second = (await table.UpdateEntityAsync(new TableEntity("p", "r") { ["A"] = 2 }, first, TableUpdateMode.Merge, Cancellation)).Headers.ETag!.Value;
        var stale = await Assert.ThrowsAsync<RequestFailedException>(() => table.UpdateEntityAsync(new TableEntity("p", "r") { ["A"] = 3 }, first, cancellationToken: Cancellation));
        var staleDelete = await Assert.ThrowsAsync<RequestFailedException>(() => table.DeleteEntityAsync("p", "r", first, Cancellation));
        var merged = (await table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancellation)).Value;
        await table.UpdateEntityAsync(new TableEntity("p", "r") { ["A"] = 4 }, second, TableUpdateMode.Replace, Cancellation);
        var replaced = (await table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancellation)).Value;

        Assert.Equal((412, 412), (stale.Status, staleDelete.Status));
        Assert.Equal((2, 1), (merged.GetInt32("A"), merged.GetInt32("B")));
        Assert.Equal((4, null), (replaced.GetInt32("A"), replaced.GetInt32("B")));
    }

    [Fact]
    public async Task What_is_not_there_is_told_by_its_status()
    {
        var table = await azurite.NewTableAsync(Cancellation);
        var nowhere = new TableServiceClient(azurite.ConnectionString).GetTableClient(AzuriteFixture.NewTableName("nowhere"));

        Assert.False((await table.GetEntityIfExistsAsync<TableEntity>("p", "r", cancellationToken: Cancellation)).HasValue);
        Assert.Equal(404, (await table.DeleteEntityAsync("p", "r", cancellationToken: Cancellation)).Status);
        Assert.Equal(404, (await Assert.ThrowsAsync<RequestFailedException>(() => table.UpdateEntityAsync(new TableEntity("p", "r"), ETag.All, cancellationToken: Cancellation))).Status);
        Assert.Equal(404, (await nowhere.DeleteAsync(Cancellation)).Status);
        var noTable = await Assert.ThrowsAsync<RequestFailedException>(() => nowhere.AddEntityAsync(new TableEntity("p", "r"), Cancellation));
        Assert.True(noTable.ErrorCode == TableErrorCode.TableNotFound);
    }

    [Fact]
    public async Task An_upsert_inserts_and_then_merges_or_replaces()
    {
        var table = await azurite.NewTableAsync(Cancellation);

        await table.UpsertEntityAsync(new TableEntity("p", "r") { ["A"] = 1 }, cancellationToken: Cancellation);
        await table.UpsertEntityAsync(new TableEntity("p", "r") { ["B"] = 2 }, cancellationToken: Cancellation);
        var merged = (await table.GetEntityAsync<TableEntity>("p", "r", ["A", "B"], Cancellation)).Value;
        await table.UpsertEntityAsync(new TableEntity("p", "r") { ["C"] = 3 }, TableUpdateMode.Replace, Cancellation);
        var replaced = (await table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancellation)).Value;

        Assert.Equal((1, 2), (merged.GetInt32("A"), merged.GetInt32("B")));
        Assert.Equal((false, 3), (replaced.ContainsKey("A"), replaced.GetInt32("C")));
    }

    [Fact]
    public async Task A_wrong_key_is_refused_with_403()
    {
        var address = new TableServiceClient(azurite.ConnectionString).Uri;
        var table = new TableClient(address, "billing", new TableSharedKeyCredential("devstoreaccount1", "d3Jvbmc="));

        Assert.Equal(403, (await Assert.ThrowsAsync<RequestFailedException>(() => table.AddEntityAsync(new TableEntity("p", "r"), Cancellation))).Status);
    }
}
