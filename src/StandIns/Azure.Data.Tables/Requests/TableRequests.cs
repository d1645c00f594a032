using System.Text;
using Azure.Core;
using Azure.Data.Tables.Accounts;
using Azure.Data.Tables.Models;

namespace Azure.Data.Tables.Requests;

/// <summary>The requests that make, delete and list tables.</summary>
internal static class TableRequests
{
    private const string Json = "application/json;odata=minimalmetadata";

    /// <summary>Makes a table.</summary>
    /// <param name="account">The account.</param>
    /// <param name="name">The table's name.</param>
    /// <param name="orKeep">Whether a table that is there already is as good.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The table, and the service's answer.</returns>
    public static async Task<Response<TableItem>> CreateAsync(TableAccount account, string name, bool orKeep, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name, "tableName");
        using var message = account.CreateMessage(RequestMethod.Post, "/Tables" + EntityPath.Format, Json);
        message.Request.Headers.Add("Content-Type", "application/json;odata=nometadata");
        message.Request.Content = RequestContent.Create(Encoding.UTF8.GetBytes($$"""{"TableName":"{{System.Text.Json.JsonEncodedText.Encode(name)}}"}"""));
        if (orKeep)
        {
            message.Request.Headers.Add("Prefer", "return-no-content");
            message.ResponseClassifier = AcceptedStatus.Conflict;
        }

        await account.Pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        var response = message.Response;
        if (response.Status is not (201 or 204))
        {
            var refusal = new RequestFailedException(response);
            if (!orKeep || refusal.ErrorCode != TableErrorCode.TableAlreadyExists.ToString())
            {
                throw refusal;
            }
        }

        return Response.FromValue(new TableItem(name), response);
    }

    /// <summary>Deletes a table; one that is not there is as good, and the answer says 404.</summary>
    /// <param name="account">The account.</param>
    /// <param name="name">The table's name.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The service's answer.</returns>
    public static async Task<Response> DeleteAsync(TableAccount account, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name, "tableName");
        using var message = account.CreateMessage(RequestMethod.Delete, $"/Tables('{Uri.EscapeDataString(name)}')", "application/json");
        message.ResponseClassifier = AcceptedStatus.NotFound;
        await account.Pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        return message.Response.Status is 204 or 404 ? message.Response : throw new RequestFailedException(message.Response);
    }
}
