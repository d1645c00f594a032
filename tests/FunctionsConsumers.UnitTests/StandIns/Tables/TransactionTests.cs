using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace FunctionsConsumers.UnitTests.StandIns.Tables;

public sealed class TransactionTests
{
    private const string Done = "HTTP/1.1 204 No Content\r\nDataServiceVersion: 1.0;\r\nETag: W/\"datetime'2026-11-21T10%3A00%3A00.1234567Z'\"\r\n\r\n";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Operations_are_written_as_parts_of_one_change_set()
    {
        var service = new ScriptedService(Answer.Transaction(Done, Done, Done, Done, Done, Done));

        await service.Table().SubmitTransactionAsync(
            [
                new(TableTransactionActionType.Add, new TableEntity("b000", "a") { ["N"] = 1 }),
                new(TableTransactionActionType.UpdateMerge, new TableEntity("b000", "b'!") { ["N"] = 2 }, new ETag("W/\"v\"")),
                new(TableTransactionActionType.UpdateReplace, new TableEntity("b000", "c"), ETag.All),
                new(TableTransactionActionType.Delete, new TableEntity("b000", "d")),
                new(TableTransactionActionType.UpsertMerge, new TableEntity("b000", "e")),
                new(TableTransactionActionType.UpsertReplace, new TableEntity("b000", "f")),
            ],
            Cancellation);

        var request = Assert.Single(service.Requests);
        var type = request.Headers["Content-Type"];
        var batch = type["multipart/mixed; boundary=".Length..];
        var changeSet = request.Body.Split("boundary=")[1].Split("\r\n")[0];
        Assert.Equal("POST", request.Method);
        Assert.Equal("https://acc.table.example.net/$batch", request.Uri.AbsoluteUri);
        Assert.StartsWith("batch_", batch, StringComparison.Ordinal);
        Assert.StartsWith("changeset_", changeSet, StringComparison.Ordinal);
        const string Format = "?$format=application%2Fjson%3Bodata%3Dminimalmetadata HTTP/1.1\r\nHost: acc.table.example.net\r\nx-ms-version: 2020-12-06\r\nDataServiceVersion: 3.0\r\n";
        const string Write = "Accept: application/json\r\nContent-Type: application/json\r\n\r\n";
        var part = "--CS\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n";
        Assert.Equal(
            "--B\r\nContent-Type: multipart/mixed; boundary=CS\r\n\r\n"
            + part + "POST https://acc.table.example.net/billing" + Format
            + "Prefer: return-no-content\r\nAccept: application/json;odata=minimalmetadata\r\nContent-Type: application/json;odata=nometadata\r\n\r\n"
            + "{\"PartitionKey\":\"b000\",\"RowKey\":\"a\",\"N\":1}\r\n"
            + part + "PATCH https://acc.table.example.net/billing(PartitionKey='b000',RowKey='b%27%27%21')" + Format
            + "If-Match: W/\"v\"\r\n" + Write + "{\"PartitionKey\":\"b000\",\"RowKey\":\"b\\u0027!\",\"N\":2}\r\n"
            + part + "PUT https://acc.table.example.net/billing(PartitionKey='b000',RowKey='c')" + Format
            + "If-Match: *\r\n" + Write + "{\"PartitionKey\":\"b000\",\"RowKey\":\"c\"}\r\n"
            + part + "DELETE https://acc.table.example.net/billing(PartitionKey='b000',RowKey='d')" + Format
            + "If-Match: *\r\nAccept: application/json;odata=minimalmetadata\r\n\r\n\r\n"
            + part + "PATCH https://acc.table.example.net/billing(PartitionKey='b000',RowKey='e')" + Format
            + Write + "{\"PartitionKey\":\"b000\",\"RowKey\":\"e\"}\r\n"
            + part + "PUT https://acc.table.example.net/billing(PartitionKey='b000',RowKey='f')" + Format
            + Write + "{\"PartitionKey\":\"b000\",\"RowKey\":\"f\"}\r\n"
            + "--CS--\r\n\r\n--B--\r\n",
            request.Body.Replace(changeSet, "CS", StringComparison.Ordinal).Replace(batch, "B", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_operation_has_its_own_answer_with_its_etag()
    {
        var service = new ScriptedService(Answer.Transaction(Done, "HTTP/1.1 204 No Content\r\netag: W/\"second\"\r\nCache-Control: no-cache\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n"));

        var answer = await service.Table().SubmitTransactionAsync(Inserts(3), Cancellation);

        Assert.Equal(202, answer.GetRawResponse().Status);
        Assert.Equal([204, 204, 204], answer.Value.Select(part => part.Status));
        Assert.Equal("No Content", answer.Value[0].ReasonPhrase);
        Assert.Equal(new ETag("W/\"datetime'2026-11-21T10%3A00%3A00.1234567Z'\""), answer.Value[0].Headers.ETag);
        Assert.Equal(new ETag("W/\"second\""), answer.Value[1].Headers.ETag);
        Assert.Null(answer.Value[2].Headers.ETag);
        Assert.Equal("no-cache", Assert.Single(answer.Value[1].Headers, header => header.Name == "Cache-Control").Value);
        Assert.True(answer.Value[1].Headers.Contains("cache-control"));
    }

    [Fact]
    public async Task A_refused_operation_throws_with_its_position_status_and_code()
    {
        var refusal = "HTTP/1.1 409 Conflict\r\nContent-Type: application/json\r\n\r\n" + Answer.RefusalBody("EntityAlreadyExists", "12:The specified entity already exists.\\nRequestId:1");
        var service = new ScriptedService(Answer.Transaction(refusal));

        var thrown = await Assert.ThrowsAsync<TableTransactionFailedException>(() => service.Table().SubmitTransactionAsync(Inserts(20), Cancellation));

        Assert.Equal(409, thrown.Status);
        Assert.Equal(12, thrown.FailedTransactionActionIndex);
        Assert.True(thrown.ErrorCode == TableErrorCode.EntityAlreadyExists);
        Assert.StartsWith("12:The specified entity already exists.", thrown.Message, StringComparison.Ordinal);
        Assert.Single(service.Requests);
    }

    [Theory]
    [InlineData(412, "UpdateConditionNotSatisfied", "0:The update condition was not satisfied.", 0)]
    [InlineData(503, "ServerBusy", "The server is busy.", null)]
    [InlineData(500, "OperationTimedOut", "3:The operation could not be completed in time.", 3)]
    public async Task A_refused_operation_is_not_tried_again_whatever_its_status(int status, string code, string message, int? position)
    {
        var service = new ScriptedService(Answer.Transaction($"HTTP/1.1 {status} Refused\r\n\r\n" + Answer.RefusalBody(code, message)));

        var thrown = await Assert.ThrowsAsync<TableTransactionFailedException>(() => service.Table().SubmitTransactionAsync(Inserts(5), Cancellation));

        Assert.Equal(status, thrown.Status);
        Assert.Equal(code, thrown.ErrorCode);
        Assert.Equal(position, thrown.FailedTransactionActionIndex);
        Assert.Single(service.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("{}")]
    [InlineData("<error/>")]
    public async Task A_refusal_that_explains_nothing_throws_without_code_and_position(string body)
    {
        var service = new ScriptedService(Answer.Transaction("HTTP/1.1 409 Conflict\r\n\r\n" + body));

        var thrown = await Assert.ThrowsAsync<TableTransactionFailedException>(() => service.Table().SubmitTransactionAsync(Inserts(2), Cancellation));

        Assert.Equal(409, thrown.Status);
        Assert.Null(thrown.ErrorCode);
        Assert.Null(thrown.FailedTransactionActionIndex);
    }

    [Theory]
    [InlineData(413, "RequestBodyTooLarge")]
    [InlineData(400, "InvalidInput")]
    public async Task A_request_refused_as_a_whole_is_no_failed_transaction(int status, string code)
    {
        var service = new ScriptedService(Answer.Refusal(status, code, "The request body is too large."));

        var thrown = await Assert.ThrowsAsync<RequestFailedException>(() => service.Table().SubmitTransactionAsync(Inserts(2), Cancellation));

        Assert.Equal((status, code), (thrown.Status, thrown.ErrorCode));
        Assert.Single(service.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no multipart at all")]
    [InlineData("--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_2\r\n\r\n--changesetresponse_2\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")]
    public async Task An_answer_cut_off_is_an_io_failure(string body)
    {
        var service = new ScriptedService(Answer.Of(202, body, ("Content-Type", "multipart/mixed; boundary=batchresponse_1")));

        await Assert.ThrowsAsync<IOException>(() => service.Table().SubmitTransactionAsync(Inserts(1), Cancellation));
    }

    [Fact]
    public async Task An_answer_that_is_no_multipart_and_a_part_that_is_no_answer_are_told()
    {
        var noMultipart = new ScriptedService(Answer.Of(202, "{}"));
        var noAnswer = new ScriptedService(Answer.Transaction("HTTP/1.1 banana\r\n\r\n"));

        var first = await Assert.ThrowsAsync<InvalidOperationException>(() => noMultipart.Table().SubmitTransactionAsync(Inserts(1), Cancellation));
        var second = await Assert.ThrowsAsync<InvalidOperationException>(() => noAnswer.Table().SubmitTransactionAsync(Inserts(1), Cancellation));

        Assert.Equal("Expected Content-Type to start with multipart/mixed; boundary= but received application/json", first.Message);
        Assert.Equal("Expected an HTTP status line, not HTTP/1.1 banana", second.Message);
    }

    [Fact]
    public async Task A_transaction_tried_again_sends_the_same_bytes()
    {
        var service = new ScriptedService(tries => tries switch { 0 => Answer.Of(503), 1 => Answer.Lost(), _ => Answer.Transaction(Done) });

        await service.Table().SubmitTransactionAsync(Inserts(100), Cancellation);

        Assert.Equal(3, service.Requests.Count);
        Assert.Single(service.Requests.Select(request => request.Body).Distinct());
    }

    [Fact]
    public async Task A_transaction_after_one_that_was_answered_is_not_written_over_it()
    {
        var service = new ScriptedService(Answer.Transaction(Done));
        var table = service.Table();

        for (var i = 0; i < 20; i++)
        {
            await table.SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity("b000", "row" + i) { ["Text"] = new string('x', i * 500) })], Cancellation);
        }

        Assert.All(service.Requests.Index(), sent => Assert.Contains($"\"RowKey\":\"row{sent.Index}\",\"Text\":\"{new string('x', sent.Index * 500)}\"}}\r\n--changeset_", sent.Item.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_transaction_without_operations_is_refused_before_it_is_sent()
    {
        var service = new ScriptedService(Answer.Transaction(Done));

        await Assert.ThrowsAsync<InvalidOperationException>(() => service.Table().SubmitTransactionAsync([], Cancellation));
        await Assert.ThrowsAsync<ArgumentNullException>(() => service.Table().SubmitTransactionAsync(null!, Cancellation));
        Assert.Empty(service.Requests);
    }

    private static TableTransactionAction[] Inserts(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("b000", "row" + i) { ["Offset"] = (long)i }))];
}
