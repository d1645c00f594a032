using System.Text;
using System.Text.Json;
using Azure.Core;
using Azure.Data.Tables.Accounts;
using Azure.Data.Tables.Entities;
using Azure.Data.Tables.Requests;

namespace Azure.Data.Tables.Transactions;

/// <summary>
/// Writes the operations of a transaction as one body: a multipart batch that holds one change set, in which every part
/// is a request of its own
/// (https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions).
/// </summary>
/// <param name="account">The account.</param>
/// <param name="table">The table.</param>
internal sealed class TransactionWriter(TableAccount account, string table)
{
    // A row of the product is about 500 bytes and its request's head 400; a transaction has 100 at most, and the buffer grows.
    private const int BytesOfOperation = 1024;

    private static readonly JsonWriterOptions s_unchecked = new() { SkipValidation = true };

    private readonly byte[] _partHead = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"u8.ToArray();

    private readonly byte[] _insertHead = Encoding.UTF8.GetBytes(
        $"POST {account.Root}/{Uri.EscapeDataString(table)}{EntityPath.Format} HTTP/1.1\r\nHost: {account.Uri.Host}\r\nx-ms-version: {account.Version}\r\n"
        + "DataServiceVersion: 3.0\r\nPrefer: return-no-content\r\nAccept: application/json;odata=minimalmetadata\r\nContent-Type: application/json;odata=nometadata\r\n\r\n");

    private readonly byte[] _headAfterAddress = Encoding.UTF8.GetBytes(
        $" HTTP/1.1\r\nHost: {account.Uri.Host}\r\nx-ms-version: {account.Version}\r\nDataServiceVersion: 3.0\r\n");

    /// <summary>Writes a transaction.</summary>
    /// <param name="actions">The operations.</param>
    /// <param name="contentType">The header Content-Type, with the boundary of the parts.</param>
    /// <returns>The body.</returns>
    /// <exception cref="InvalidOperationException">There are no operations.</exception>
    public PooledContent Write(IEnumerable<TableTransactionAction> actions, out string contentType)
    {
        var list = actions as IReadOnlyCollection<TableTransactionAction> ?? [.. actions];
        if (list.Count == 0)
        {
            throw new InvalidOperationException("The batch contains no entity operations.");
        }

        var batch = "batch_" + Guid.NewGuid();
        var changeSet = "changeset_" + Guid.NewGuid();
        contentType = "multipart/mixed; boundary=" + batch;
        var boundary = Encoding.ASCII.GetBytes("--" + changeSet + "\r\n");
        var body = new PooledContent(list.Count * BytesOfOperation);
        using var json = new Utf8JsonWriter(body, s_unchecked);

        WriteText(body, $"--{batch}\r\nContent-Type: multipart/mixed; boundary={changeSet}\r\n\r\n");
        foreach (var action in list)
        {
            body.Write(boundary);
            body.Write(_partHead);
            WriteOperation(body, json, action);
            body.Write("\r\n"u8);
        }

        WriteText(body, $"--{changeSet}--\r\n\r\n--{batch}--\r\n");
        return body;
    }

    private static void WriteText(PooledContent body, string text) => body.Advance(Encoding.UTF8.GetBytes(text, body.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));

    private static void WriteEntity(PooledContent body, Utf8JsonWriter json, TableTransactionAction action)
    {
        json.Reset(body);
        EntityWriter.Write(json, EntityWriter.Require(action.Entity));
        json.Flush();
    }

    private void WriteOperation(PooledContent body, Utf8JsonWriter json, TableTransactionAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(action.Entity, "entity");
        ArgumentNullException.ThrowIfNull(action.Entity.PartitionKey, "PartitionKey");
        ArgumentNullException.ThrowIfNull(action.Entity.RowKey, "RowKey");
        switch (action.ActionType)
        {
            case TableTransactionActionType.Add:
                body.Write(_insertHead);
                WriteEntity(body, json, action);
                break;
            case TableTransactionActionType.UpdateMerge or TableTransactionActionType.UpsertMerge:
                WriteHead(body, "PATCH ", action);
                WriteEntity(body, json, action);
                break;
            case TableTransactionActionType.UpdateReplace or TableTransactionActionType.UpsertReplace:
                WriteHead(body, "PUT ", action);
                WriteEntity(body, json, action);
                break;
            case TableTransactionActionType.Delete:
                WriteHead(body, "DELETE ", action);
                break;
            default:
                throw new ArgumentException($"Unknown action type {action.ActionType}.");
        }
    }

    private void WriteHead(PooledContent body, string verb, TableTransactionAction action)
    {
        var isDelete = action.ActionType == TableTransactionActionType.Delete;
        WriteText(body, verb + account.Root + EntityPath.Of(table, action.Entity.PartitionKey, action.Entity.RowKey));
        body.Write(_headAfterAddress);
        if (action.ETag != default && action.ActionType is not (TableTransactionActionType.UpsertMerge or TableTransactionActionType.UpsertReplace))
        {
            WriteText(body, $"If-Match: {action.ETag}\r\n");
        }
        else if (isDelete)
        {
            body.Write("If-Match: *\r\n"u8);
        }

        body.Write(isDelete
            ? "Accept: application/json;odata=minimalmetadata\r\n\r\n"u8
            : "Accept: application/json\r\nContent-Type: application/json\r\n\r\n"u8);
    }
}
