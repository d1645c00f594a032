using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure.Core;
using Azure.Data.Tables.Accounts;
using Azure.Data.Tables.Entities;
using Azure.Data.Tables.Models;
using Azure.Data.Tables.Requests;

namespace Azure.Data.Tables.Queries;

/// <summary>
/// The answers of a query, page by page, each asked for when it is needed. A page may be empty and not the last: the
/// service ends a page after 1,000 entities, after 5 s, and where a partition's server ends.
/// </summary>
/// <typeparam name="T">What a page holds.</typeparam>
/// <param name="ask">Asks for a page: where to go on, how many at most, a token that ends the request.</param>
/// <param name="cancellationToken">Ends the query.</param>
internal sealed class TablePages<T>(Func<string?, int?, CancellationToken, Task<Page<T>>> ask, CancellationToken cancellationToken)
    : AsyncPageable<T>(cancellationToken)
    where T : notnull
{
    public override IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null) =>
        PagesAsync(continuationToken, pageSizeHint);

    private async IAsyncEnumerable<Page<T>> PagesAsync(
        string? continuationToken, int? pageSizeHint, [EnumeratorCancellation] CancellationToken enumeration = default)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken, enumeration);
        do
        {
            var page = await ask(continuationToken, pageSizeHint, both.Token).ConfigureAwait(false);
            yield return page;
            continuationToken = page.ContinuationToken;
        }
        while (continuationToken is not null);
    }
}

/// <summary>The requests that ask for pages.</summary>
internal static class PageRequests
{
    private const string Json = "application/json;odata=minimalmetadata";

    /// <summary>Entities of a table.</summary>
    public static AsyncPageable<TableEntity> Entities(
        TableAccount account, string table, string? filter, int? maxPerPage, IEnumerable<string>? select, CancellationToken cancellationToken)
    {
        var columns = select is null ? null : string.Join(',', select);
        return new TablePages<TableEntity>(
            async (continuation, size, cancellation) =>
            {
                var (partitionKey, rowKey) = Split(continuation);
                var path = "/" + Uri.EscapeDataString(table) + "()" + EntityPath.Format + Parameter("$top", size ?? maxPerPage) + Parameter("$select", columns)
                    + Parameter("$filter", filter) + Parameter("NextPartitionKey", partitionKey) + Parameter("NextRowKey", rowKey);
                var response = await AskAsync(account, path, cancellation).ConfigureAwait(false);
                return Page<TableEntity>.FromValues(EntityReader.ReadPage(response.Content.ToMemory().Span), Continuation(response), response);
            },
            cancellationToken);
    }

    /// <summary>Tables of an account.</summary>
    public static AsyncPageable<TableItem> Tables(TableAccount account, string? filter, int? maxPerPage, CancellationToken cancellationToken) =>
        new TablePages<TableItem>(
            async (continuation, size, cancellation) =>
            {
                var path = "/Tables" + EntityPath.Format + Parameter("$top", size ?? maxPerPage) + Parameter("$filter", filter) + Parameter("NextTableName", continuation);
                var response = await AskAsync(account, path, cancellation).ConfigureAwait(false);
                using var json = JsonDocument.Parse(response.Content.ToMemory());
                var tables = json.RootElement.GetProperty("value").EnumerateArray().Select(table => new TableItem(table.GetProperty("TableName").GetString()!)).ToList();
                return Page<TableItem>.FromValues(tables, Header(response, "x-ms-continuation-NextTableName"), response);
            },
            cancellationToken);

    private static async Task<Response> AskAsync(TableAccount account, string path, CancellationToken cancellationToken)
    {
        using var message = account.CreateMessage(RequestMethod.Get, path, Json);
        await account.Pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        return message.Response.Status == 200 ? message.Response : throw new RequestFailedException(message.Response);
    }

    private static string Parameter(string name, object? value) =>
        value is null ? "" : "&" + name + "=" + Uri.EscapeDataString(FormattableString.Invariant($"{value}"));

    private static string? Header(Response response, string name) => response.Headers.TryGetValue(name, out var value) ? value : null;

    // The two halves of the service's token, with a space between them. The second one may be missing.
    private static string? Continuation(Response response)
    {
        var partitionKey = Header(response, "x-ms-continuation-NextPartitionKey");
        var rowKey = Header(response, "x-ms-continuation-NextRowKey");
        return partitionKey is null && rowKey is null ? null : partitionKey + " " + rowKey;
    }

    private static (string? PartitionKey, string? RowKey) Split(string? continuation)
    {
        if (string.IsNullOrEmpty(continuation))
        {
            return (null, null);
        }

        var space = continuation.IndexOf(' ', StringComparison.Ordinal);
        return space < 0
            ? (continuation, null)
            : (continuation[..space], space == continuation.Length - 1 ? null : continuation[(space + 1)..]);
    }
}
