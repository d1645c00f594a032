using FunctionsConsumers.EffectivelyOnce.Testing.Tables;
using System.Diagnostics.CodeAnalysis;
using Azure.Core.Pipeline;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>
/// The modelled table service as the genuine client sees it: behind the client's own transport, retries and reading of
/// answers. One process life's connection. Every try of the client is an operation of its own, which the scheduler lets
/// happen when it likes; so the client's waits between tries are left out, and the time passes between the operations.
/// </summary>
internal sealed class ModelledService(Life life, string tableName, ModelledTable table) : HttpMessageHandler
{
    private const string Account = "AccountName=modelled;AccountKey=a2V5;EndpointSuffix=core.windows.net";

    private readonly Dictionary<string, HttpOperation> _tries = new(StringComparer.Ordinal);

    /// <summary>The library's own store on the genuine client, with the options of the product but for what takes real time.</summary>
    [SuppressMessage(
        "Reliability", "CA2000", Justification = "There is no connection to close, and a process that crashes disposes of nothing.")]
    public static ITableStore Store(Life life, string tableName, ModelledTable table)
    {
        var client = new HttpClient(new ModelledService(life, tableName, table)) { Timeout = Timeout.InfiniteTimeSpan };
        var accounts = TableAccounts.FromConnectionStrings([Account], options =>
        {
            options.Transport = new HttpClientTransport(client);
            options.Retry.Delay = TimeSpan.Zero;
            options.Retry.MaxDelay = TimeSpan.Zero;
            options.Retry.NetworkTimeout = Timeout.InfiniteTimeSpan;
        });
        return AzureTableStore.InFirst(accounts, tableName);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = await ReadAsync(request);
        if (call.Transaction is not null)
        {
            life.OnRequest(cancellationToken);
        }

        // The client's own handler sends nothing for one who has given up.
        cancellationToken.ThrowIfCancellationRequested();
        life.World.OnOwnThread();
        if (call.Table != tableName)
        {
            life.World.Fail($"{life.Name} asks the table {call.Table} of {tableName}'s client");
        }

        // A request keeps its id from try to try. Several may be under way at once.
        var id = request.Headers.GetValues("x-ms-client-request-id").Single();
        if (_tries.TryGetValue(id, out var last))
        {
            life.World.Happenings.On(Happening.TryOfTheClientAgain);
        }

        var operation = _tries[id] = new HttpOperation(life, call, last?.WasBusy == true, cancellationToken);
        life.World.Operations.Add(operation);
        return await operation.Answer.ConfigureAwait(false);
    }

    // The library takes any exception for an answer, so what the model does not know would go unseen.
    private async Task<ServiceCall> ReadAsync(HttpRequestMessage request)
    {
        try
        {
            return await ServiceCall.ReadAsync(request, life, table).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            life.World.Fail($"{life.Name} sends what the modelled service cannot read: {failure}");
            throw;
        }
    }
}
