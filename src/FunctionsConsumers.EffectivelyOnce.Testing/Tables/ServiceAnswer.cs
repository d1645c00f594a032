using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Tables;

/// <summary>An answer of the modelled service, as it is written to the connection.</summary>
/// <param name="Status">The status.</param>
/// <param name="Type">The content type.</param>
/// <param name="Body">The body.</param>
/// <param name="Said">What it says, in a word or two.</param>
internal sealed record ServiceAnswer(int Status, string Type, byte[] Body, string Said)
{
    private const string Json = "application/json;odata=minimalmetadata;streaming=true;charset=utf-8";
    private const string Batch = "multipart/mixed; boundary=batchresponse_1";
    private const string PartHeaders = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nHTTP/1.1 ";

    /// <summary>Where the next page begins; null where there is none.</summary>
    public (string PartitionKey, string RowKey)? Next { get; private init; }

    /// <summary>A refusal of the request as a whole.</summary>
    public static ServiceAnswer Refusal(int status, string code) =>
        new(status, Json, Encoding.UTF8.GetBytes(Error(code, code)), $"{status} {code}");

    /// <summary>What stands between client and service, and answers in its place.</summary>
    public static ServiceAnswer OfProxy(int status) =>
        new(status, "text/html", "<html><body>Try again later</body></html>"u8.ToArray(), $"{status} of a proxy");

    /// <summary>A transaction of which one operation failed, and so all of them.</summary>
    public static ServiceAnswer FailedPart(int index, int status, string code) => new(
        202,
        Batch,
        Multipart([$"{status} Failed\r\nDataServiceVersion: 3.0;\r\nContent-Type: {Json}\r\n\r\n{Error(code, $"{index}:{code}")}\r\n"]),
        string.Create(CultureInfo.InvariantCulture, $"{status} {code} at operation {index}"));

    /// <summary>A committed transaction.</summary>
    public static ServiceAnswer Committed(IReadOnlyList<string?> versions) => new(
        202,
        Batch,
        Multipart(versions.Select(version =>
            $"204 No Content\r\nDataServiceVersion: 1.0;\r\n{(version is null ? "" : $"ETag: {Entity.ETag(version)}\r\n")}\r\n\r\n")),
        "committed");

    /// <summary>A transaction that the model did not commit, for the reason it gives.</summary>
    public static ServiceAnswer NotCommitted(string detail, IReadOnlyList<RowOperation> operations)
    {
        var status = int.Parse(detail.AsSpan(0, 3), CultureInfo.InvariantCulture);
        var index = Math.Max(
            0, operations.ToList().FindIndex(operation => detail.EndsWith(" " + operation.RowKey, StringComparison.Ordinal)));
        return status switch
        {
            404 => FailedPart(index, status, "ResourceNotFound"),
            409 => FailedPart(index, status, "EntityAlreadyExists"),
            412 => FailedPart(index, status, "UpdateConditionNotSatisfied"),
            413 => Refusal(413, "RequestBodyTooLarge"),
            _ => FailedPart(index, status, detail[4..].Split(':')[0]),
        };
    }

    /// <summary>A row.</summary>
    public static ServiceAnswer Row(Row row, IReadOnlyList<string>? columns) =>
        new(200, Json, Write(json => Entity.Write(json, row, columns)), $"{row.RowKey}@{row.ETag}");

    /// <summary>A page of rows.</summary>
    public static ServiceAnswer Page(IEnumerable<Row> rows, IReadOnlyList<string>? columns, string partitionKey, string? nextRowKey)
    {
        Row[] page = [.. rows];
        var said = $"[{string.Join(' ', page.Select(row => $"{row.RowKey}@{row.ETag}"))}]{(nextRowKey is null ? "" : " …")}";
        return new ServiceAnswer(200, Json, Write(WritePage), said)
        {
            Next = nextRowKey is null ? null : (partitionKey, nextRowKey),
        };

        void WritePage(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteStartArray("value");
            foreach (var row in page)
            {
                Entity.Write(json, row, columns);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    /// <summary>Writes it to the connection.</summary>
    public HttpResponseMessage ToResponse(int length, bool breaks)
    {
        var body = new StreamContent(new AnswerStream(Body.AsMemory(0, length), breaks));
        var response = new HttpResponseMessage((HttpStatusCode)Status) { Content = body };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", Type);
        if (Next is { } next)
        {
            response.Headers.Add("x-ms-continuation-NextPartitionKey", next.PartitionKey);
            response.Headers.Add("x-ms-continuation-NextRowKey", next.RowKey);
        }

        return response;
    }

    private static string Error(string code, string message) => Encoding.UTF8.GetString(Write(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("odata.error");
        json.WriteString("code", code);
        json.WriteStartObject("message");
        json.WriteString("lang", "en-US");
        json.WriteString("value", message + "\nRequestId:1");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }));

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var body = new MemoryStream();
        using var json = new Utf8JsonWriter(body);
        write(json);
        json.Flush();
        return body.ToArray();
    }

    private static byte[] Multipart(IEnumerable<string> parts)
    {
        var body = new StringBuilder("--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_1\r\n\r\n");
        foreach (var part in parts)
        {
            body.Append("--changesetresponse_1\r\n").Append(PartHeaders).Append(part);
        }

        return Encoding.UTF8.GetBytes(body.Append("--changesetresponse_1--\r\n--batchresponse_1--\r\n").ToString());
    }
}
