using System.Text.Json;
using Azure.Core;
using Azure.Data.Tables.Accounts;
using Azure.Data.Tables.Entities;

namespace Azure.Data.Tables.Requests;

/// <summary>The requests that read and write single entities of one table.</summary>
/// <param name="account">The account.</param>
/// <param name="table">The table.</param>
internal sealed class EntityRequests(TableAccount account, string table)
{
    private const string Json = "application/json;odata=minimalmetadata";

    // A row of the product has about 500 bytes; the buffer grows.
    private const int BytesOfEntity = 1024;

    /// <summary>Inserts an entity.</summary>
    public async Task<Response> AddAsync(ITableEntity entity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entity);
        CheckKeys(entity.PartitionKey, entity.RowKey);
        using var message = account.CreateMessage(RequestMethod.Post, "/" + Uri.EscapeDataString(table) + EntityPath.Format, Json);
        message.Request.Headers.Add("Prefer", "return-no-content");
        return await WriteAsync(message, entity, "application/json;odata=nometadata", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Updates an entity under a condition, or inserts it where there is none.</summary>
    public async Task<Response> UpdateAsync(ITableEntity entity, ETag? ifMatch, TableUpdateMode mode, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entity);
        CheckKeys(entity.PartitionKey, entity.RowKey);
        if (ifMatch is { } etag && etag == default)
        {
            throw new ArgumentException("Value cannot be empty.", nameof(ifMatch));
        }

        var verb = mode switch
        {
            TableUpdateMode.Merge => RequestMethod.Patch,
            TableUpdateMode.Replace => RequestMethod.Put,
            _ => throw new ArgumentException($"Unexpected value for {nameof(mode)}: {mode}"),
        };
        using var message = account.CreateMessage(verb, EntityPath.Of(table, entity.PartitionKey, entity.RowKey), "application/json");
        if (ifMatch is { } version)
        {
            message.Request.Headers.Add("If-Match", version.ToString());
        }

        return await WriteAsync(message, entity, "application/json", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes an entity; one that is not there is as good, and the answer says 404.</summary>
    public async Task<Response> DeleteAsync(string partitionKey, string rowKey, ETag ifMatch, CancellationToken cancellationToken)
    {
        CheckKeys(partitionKey, rowKey);
        using var message = account.CreateMessage(RequestMethod.Delete, EntityPath.Of(table, partitionKey, rowKey), Json);
        message.Request.Headers.Add("If-Match", (ifMatch == default ? ETag.All : ifMatch).ToString());
        await account.Pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        return message.Response.Status is 204 or 404 ? message.Response : throw new RequestFailedException(message.Response);
    }

    /// <summary>Reads an entity.</summary>
    /// <returns>The entity, null where there is none and that was said to be as good, and the service's answer.</returns>
    public async Task<(TableEntity? Entity, Response Response)> GetAsync(
        string partitionKey, string rowKey, IEnumerable<string>? select, bool orNone, CancellationToken cancellationToken)
    {
        CheckKeys(partitionKey, rowKey);
        var path = EntityPath.Of(table, partitionKey, rowKey) + (select is null ? "" : "&$select=" + Uri.EscapeDataString(string.Join(',', select)));
        using var message = account.CreateMessage(RequestMethod.Get, path, Json);
        if (orNone)
        {
            message.ResponseClassifier = AcceptedStatus.NotFound;
        }

        await account.Pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        var response = message.Response;
        return response.Status switch
        {
            200 => (EntityReader.ReadOne(response.Content.ToMemory().Span), response),
            404 when orNone => (null, response),
            _ => throw new RequestFailedException(response),
        };
    }

    private static void CheckKeys(string partitionKey, string rowKey)
    {
        ArgumentNullException.ThrowIfNull(partitionKey, "PartitionKey");
        ArgumentNullException.ThrowIfNull(rowKey, "RowKey");
    }

    private async Task<Response> WriteAsync(HttpMessage message, ITableEntity entity, string contentType, CancellationToken cancellationToken)
    {
        var body = new PooledContent(BytesOfEntity);
        using (var json = new Utf8JsonWriter(body))
        {
            EntityWriter.Write(json, EntityWriter.Require(entity));
        }

        message.Request.Headers.Add("Content-Type", contentType);
        message.Request.Content = body;
        await account.Pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        if (message.Response.Status is not (201 or 204))
        {
            throw new RequestFailedException(message.Response);
        }

        body.Recycle();
        return message.Response;
    }
}
