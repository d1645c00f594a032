using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace FunctionsConsumers.UnitTests.StandIns.Tables;

public sealed class TableClientTests
{
    private const string Entity = "/billing(PartitionKey='p',RowKey='r')?$format=application%2Fjson%3Bodata%3Dminimalmetadata";

    private static readonly Answer s_notFound = Answer.Refusal(404, "ResourceNotFound", "The specified resource does not exist.");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writes_go_out_by_the_verbs_and_conditions_of_the_protocol()
    {
        var service = new ScriptedService(Answer.Of(204, "", ("ETag", "W/\"new\"")));
        var table = service.Table();
        var entity = new TableEntity("p", "r");

        var added = await table.AddEntityAsync(entity, Cancellation);
        await table.UpdateEntityAsync(entity, new ETag("W/\"v\""), TableUpdateMode.Merge, Cancellation);
        await table.UpdateEntityAsync(entity, ETag.All, TableUpdateMode.Replace, Cancellation);
        await table.UpsertEntityAsync(entity, TableUpdateMode.Merge, Cancellation);
        await table.UpsertEntityAsync(entity, TableUpdateMode.Replace, Cancellation);
        await table.DeleteEntityAsync("p", "r", new ETag("W/\"v\""), Cancellation);
        await table.DeleteEntityAsync(entity, cancellationToken: Cancellation);

        Assert.Equal(new ETag("W/\"new\""), added.Headers.ETag);
        Assert.Equal(
            [
                "POST /billing?$format=application%2Fjson%3Bodata%3Dminimalmetadata ", "PATCH " + Entity + " W/\"v\"", "PUT " + Entity + " *", "PATCH " + Entity + " ",
                "PUT " + Entity + " ", "DELETE " + Entity + " W/\"v\"", "DELETE " + Entity + " *",
            ],
            service.Requests.Select(request => $"{request.Method} {request.Uri.PathAndQuery} {request.Headers.GetValueOrDefault("If-Match")}"));
        Assert.All(service.Requests, request => Assert.Equal("2020-12-06", request.Headers["x-ms-version"]));
        Assert.Equal("return-no-content", service.Requests[0].Headers["Prefer"]);
    }

    [Fact]
    public async Task An_update_needs_a_version_and_every_write_its_keys()
    {
        var service = new ScriptedService(Answer.Of(204));
        var table = service.Table();

        await Assert.ThrowsAsync<ArgumentException>(() => table.UpdateEntityAsync(new TableEntity("p", "r"), default, cancellationToken: Cancellation));
        await Assert.ThrowsAsync<ArgumentNullException>(() => table.AddEntityAsync(new TableEntity(), Cancellation));
        await Assert.ThrowsAsync<ArgumentNullException>(() => table.UpsertEntityAsync(new TableEntity("p", null!), cancellationToken: Cancellation));
        await Assert.ThrowsAsync<ArgumentNullException>(() => table.AddEntityAsync<TableEntity>(null!, Cancellation));
        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task An_entity_to_delete_that_is_not_there_is_a_good_answer_with_status_404()
    {
        var service = new ScriptedService(s_notFound);

        var answer = await service.Table().DeleteEntityAsync("p", "r", cancellationToken: Cancellation);

        Assert.Equal(404, answer.Status);
    }

    [Fact]
    public async Task An_entity_that_is_not_there_is_a_refusal_or_no_value_as_it_was_asked_for()
    {
        var table = new ScriptedService(s_notFound).Table();

        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancellation));
        var none = await table.GetEntityIfExistsAsync<TableEntity>("p", "r", cancellationToken: Cancellation);

        Assert.Equal((404, "ResourceNotFound"), (refused.Status, refused.ErrorCode));
        Assert.False(none.HasValue);
        Assert.Throws<InvalidOperationException>(() => none.Value);
        Assert.Equal((404, false), (none.GetRawResponse().Status, none.GetRawResponse().IsError));
    }

    [Fact]
    public async Task Only_the_columns_asked_for_are_read()
    {
        var service = new ScriptedService(Answer.Of(200, """{"Key":"1"}"""));

        var found = await service.Table().GetEntityIfExistsAsync<TableEntity>("p", "r", ["Key", "Fingerprint"], Cancellation);

        Assert.Equal("1", found.Value!.GetString("Key"));
        Assert.Equal(Entity + "&$select=Key%2CFingerprint", Assert.Single(service.Requests).Uri.PathAndQuery);
    }

    [Fact]
    public async Task A_table_is_made_and_one_that_is_there_is_as_good_where_that_was_said()
    {
        var service = new ScriptedService(Answer.Refusal(409, "TableAlreadyExists", "The table specified already exists."));
        var client = new TableServiceClient(ScriptedService.ConnectionString, service.Options());

        var kept = await client.CreateTableIfNotExistsAsync("billing", Cancellation);
        var keptToo = await client.GetTableClient("billing").CreateIfNotExistsAsync(Cancellation);
        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => client.CreateTableAsync("billing", Cancellation));
        await Assert.ThrowsAsync<RequestFailedException>(() => client.GetTableClient("billing").CreateAsync(Cancellation));

        Assert.Equal(("billing", 409), (kept.Value.Name, kept.GetRawResponse().Status));
        Assert.Equal("billing", keptToo.Value.Name);
        Assert.True(refused.ErrorCode == TableErrorCode.TableAlreadyExists);
        Assert.All(service.Requests, request => Assert.Equal("""{"TableName":"billing"}""", request.Body));
    }

    [Fact]
    public async Task A_table_on_its_way_out_is_not_as_good_as_one_that_is_there()
    {
        var service = new ScriptedService(Answer.Refusal(409, "TableBeingDeleted", "The specified table is being deleted. Try operation later."));
        var client = new TableServiceClient(ScriptedService.ConnectionString, service.Options());

        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => client.CreateTableIfNotExistsAsync("billing", Cancellation));

        Assert.True(refused.ErrorCode == TableErrorCode.TableBeingDeleted);
    }

    [Fact]
    public async Task A_table_to_delete_that_is_not_there_is_a_good_answer_with_status_404()
    {
        var service = new ScriptedService(s_notFound);
        var client = new TableServiceClient(ScriptedService.ConnectionString, service.Options());

        var answers = new[] { await client.DeleteTableAsync("billing", Cancellation), await client.GetTableClient("billing").DeleteAsync(Cancellation) };

        Assert.All(answers, answer => Assert.Equal((404, false), (answer.Status, answer.IsError)));
        Assert.All(service.Requests, request => Assert.Equal("/Tables('billing')", request.Uri.PathAndQuery));
    }

    [Fact]
    public void An_error_code_compares_without_case_and_cannot_be_made_of_null()
    {
        string? none = null;

        Assert.True("entityalreadyexists" == TableErrorCode.EntityAlreadyExists);
        Assert.True("EntityNotFound" != TableErrorCode.EntityAlreadyExists);
        Assert.Throws<ArgumentNullException>(() => none == TableErrorCode.EntityAlreadyExists);
    }
}
