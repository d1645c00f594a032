using Azure.Core;
using Azure.Data.Tables.Transactions;

namespace Azure.Data.Tables;

public partial class TableClient
{
    /// <summary>
    /// Does all operations or none. They are of one partition, 100 at most, each of another entity, 4 MiB together; the
    /// service checks that, not the client.
    /// </summary>
    /// <param name="transactionActions">The operations.</param>
    /// <param name="cancellationToken">Ends the request, which may be done all the same.</param>
    /// <returns>The answers of the operations in their order, with the entities' new ETags among their headers.</returns>
    /// <exception cref="TableTransactionFailedException">The service refused one of the operations; nothing is written.</exception>
    /// <exception cref="RequestFailedException">The service refused the request as a whole.</exception>
    /// <exception cref="AggregateException">No try had an answer; a try may be done all the same.</exception>
    /// <exception cref="InvalidOperationException">There are no operations.</exception>
    public virtual async Task<Response<IReadOnlyList<Response>>> SubmitTransactionAsync(
        IEnumerable<TableTransactionAction> transactionActions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transactionActions, "transactionalBatch");
        var body = _transactions.Write(transactionActions, out var contentType);
        using var message = _account.CreateMessage(RequestMethod.Post, "/$batch", "application/json");
        message.Request.Headers.Add("Content-Type", contentType);
        message.Request.Content = body;
        await _account.Pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);

        var response = message.Response;
        if (response.Status != 202)
        {
            throw new RequestFailedException(response);
        }

        body.Recycle();
        var parts = TransactionAnswer.Parse(response.Content.ToMemory(), response.Headers.ContentType);

        // A refused transaction is answered by one part, whatever the number of its operations.
        return parts is [{ Status: >= 400 } refusal]
            ? throw new TableTransactionFailedException(new RequestFailedException(refusal, null, new Requests.FailureDetails()))
            : Response.FromValue<IReadOnlyList<Response>>(parts, response);
    }
}
