using System.Collections.Concurrent;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>
/// Gives a client's transaction the body that is written here, and reads the plain success here. Address, credential, retries
/// and errors stay the client's own: this stands before all of them in its pipeline.
/// </summary>
internal sealed class TransactionPolicy : HttpPipelinePolicy
{
    /// <inheritdoc />
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var transaction = OwnTransaction.Of(message);
        transaction?.Write(message.Request);
        await ProcessNextAsync(message, pipeline).ConfigureAwait(false);
        transaction?.Read(message.Response);
    }

    /// <inheritdoc />
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var transaction = OwnTransaction.Of(message);
        transaction?.Write(message.Request);
        ProcessNext(message, pipeline);
        transaction?.Read(message.Response);
    }
}

/// <summary>A transaction whose body is written here and not by the client.</summary>
/// <param name="table">The table.</param>
/// <param name="partitionKey">The bucket.</param>
/// <param name="operations">The operations.</param>
internal sealed class OwnTransaction(string table, string partitionKey, IReadOnlyList<RowOperation> operations)
{
    private const string Property = "FunctionsConsumers.Transaction";

    private static readonly ConcurrentBag<TransactionContent> Bodies = [];

    private TransactionContent? _body;

    /// <summary>The rows' new versions; null where the answer was no plain success, or there was none.</summary>
    public string?[]? ETags { get; private set; }

    /// <summary>The transaction that a message carries; null for any other request.</summary>
    /// <param name="message">The message.</param>
    public static OwnTransaction? Of(HttpMessage message) =>
        message.TryGetProperty(Property, out var value) ? (OwnTransaction?)value : null;

    /// <summary>Requests of the client that begin before the scope's end carry this transaction.</summary>
    /// <returns>The scope.</returns>
    public IDisposable Scope() => HttpPipeline.CreateHttpMessagePropertiesScope(new Dictionary<string, object?> { [Property] = this });

    /// <summary>Writes the transaction into the request.</summary>
    /// <param name="request">The request, addressed by the client.</param>
    public void Write(Request request)
    {
        _body = Bodies.TryTake(out var used) ? used : new TransactionContent();
        var address = request.Uri.ToUri();
        const string Batch = "$batch";
        var service = address.GetLeftPart(UriPartial.Path);
        if (!service.EndsWith(Batch, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The client sends a transaction to '{service}', which does not end with {Batch}.");
        }

        _body.Write(new Uri(service[..^Batch.Length] + table + address.Query), partitionKey, operations);
        request.Headers.SetValue("Content-Type", TransactionContent.ContentType);
        request.Content = _body;
    }

    /// <summary>Reads a plain success out of the answer. Any other answer stays as it is.</summary>
    /// <param name="response">The answer.</param>
    public void Read(Response response)
    {
        if (response.Status != 202 || response.ContentStream is not MemoryStream stream || !stream.TryGetBuffer(out var answer))
        {
            return;
        }

        ETags = TransactionReceipt.Read(answer, operations);
        if (ETags is not null)
        {
            response.ContentStream = new MemoryStream(TransactionReceipt.WithoutParts(answer));

            // The one sending is answered, so nobody reads these bytes any more. A sending that was given up may still do so.
            if (_body!.Sendings == 1)
            {
                Bodies.Add(_body);
            }
        }
    }
}
