using System.Globalization;
using System.Net;
using System.Text;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Tables;

/// <summary>Answers of the table service, written as the service writes them, and what the network makes of them.</summary>
internal static class TableReplies
{
    private const string Json = "application/json;odata=minimalmetadata;streaming=true;charset=utf-8";
    private const string Batch = "multipart/mixed; boundary=batchresponse_1";

    /// <summary>A refusal with the service's code.</summary>
    public static TableReply Refusal(int status, string code) => Body(status, Json, RefusalBody(code, code));

    /// <summary>A transaction's answer that one operation failed.</summary>
    public static TableReply FailedPart(int index, int status, string code) => Parts(
        $"HTTP/1.1 {status} Failed\r\nDataServiceVersion: 3.0;\r\nContent-Type: {Json}\r\n\r\n"
        + RefusalBody(code, string.Create(CultureInfo.InvariantCulture, $"{index}:{code}")) + "\r\n");

    /// <summary>A transaction's answer that all of it was done.</summary>
    public static TableReply Committed(int operations) => Body(202, Batch, CommittedBody(operations));

    /// <summary>The body of that answer.</summary>
    public static string CommittedBody(int operations) => Multipart([.. Enumerable.Range(0, operations).Select(Done)]);

    /// <summary>A transaction's answer made of parts.</summary>
    public static TableReply Parts(params string[] parts) => Body(202, Batch, Multipart(parts));

    /// <summary>The part of an operation that was done.</summary>
    public static string Done(int index) =>
        string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 204 No Content\r\nDataServiceVersion: 1.0;\r\nETag: W/\"v{index}\"\r\n\r\n\r\n");

    /// <summary>A row.</summary>
    public static TableReply Row(string partitionKey, string rowKey, string more = "") =>
        Body(200, Json, RowBody(partitionKey, rowKey, more));

    /// <summary>A page of rows, the last one or not.</summary>
    public static TableReply Page(string[] rows, string? nextRowKey = null) => (_, _) =>
    {
        var answer = Response(200, Json, $$"""{"odata.metadata":"m","value":[{{string.Join(',', rows)}}]}""");
        if (nextRowKey is not null)
        {
            answer.Headers.Add("x-ms-continuation-NextPartitionKey", "1!4!YjAwMA--");
            answer.Headers.Add("x-ms-continuation-NextRowKey", nextRowKey);
        }

        return Task.FromResult(answer);
    };

    /// <summary>A row as it stands in an answer.</summary>
    public static string RowBody(string partitionKey, string rowKey, string more = "") =>
        $$"""{"odata.etag":"W/\"datetime'2026-11-21T10%3A00%3A00Z'\"","PartitionKey":"{{partitionKey}}","RowKey":"{{rowKey}}"{{more}}}""";

    /// <summary>Any answer. A transaction's is taken for one in parts where it is a success.</summary>
    public static TableReply Success(string body) => (request, _) => Task.FromResult(
        request.RequestUri!.AbsolutePath == "/$batch" ? Response(202, Batch, body) : Response(200, Json, body));

    /// <summary>Any answer.</summary>
    public static TableReply Body(int status, string type, string body) => (_, _) => Task.FromResult(Response(status, type, body));

    /// <summary>An answer whose connection breaks while it is read.</summary>
    public static TableReply BrokenOff() => (_, _) =>
    {
        var answer = Response(202, Batch, "");
        answer.Content = new StreamContent(new BrokenStream());
        answer.Content.Headers.TryAddWithoutValidation("Content-Type", Batch);
        return Task.FromResult(answer);
    };

    /// <summary>No answer, but an exception.</summary>
    public static TableReply Throws(Exception failure) => (_, _) => Task.FromException<HttpResponseMessage>(failure);

    /// <summary>No answer at all.</summary>
    public static TableReply Silence() => async (_, cancellationToken) =>
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        throw new InvalidOperationException("Nobody gives up waiting.");
    };

    private static HttpResponseMessage Response(int status, string type, string body)
    {
        var answer = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        answer.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        return answer;
    }

    private static string RefusalBody(string code, string message) =>
        $$$$"""{"odata.error":{"code":"{{{{code}}}}","message":{"lang":"en-US","value":"{{{{message}}}}\nRequestId:1"}}}""";

    private static string Multipart(string[] parts)
    {
        var body = new StringBuilder("--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_2\r\n\r\n");
        foreach (var part in parts)
        {
            body.Append("--changesetresponse_2\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n").Append(
                part);
        }

        return body.Append("--changesetresponse_2--\r\n--batchresponse_1--\r\n").ToString();
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => throw new HttpIOException(HttpRequestError.ResponseEnded);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new HttpIOException(HttpRequestError.ResponseEnded);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            throw new HttpIOException(HttpRequestError.ResponseEnded);
    }
}
