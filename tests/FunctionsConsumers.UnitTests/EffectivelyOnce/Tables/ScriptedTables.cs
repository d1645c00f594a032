using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Tables;

/// <summary>
/// A table service that answers by a script, behind the genuine client with its own transport, retries and reading of
/// answers. Only the network is not there.
/// </summary>
[SuppressMessage("Reliability", "CA2000", Justification = "Nothing in it holds a connection.")]
internal sealed class ScriptedTables(params IReadOnlyList<TableReply> replies) : HttpMessageHandler
{
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<string> _bodies = new();
    private int _next;

    /// <summary>What was sent: method and address of each try.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>The body of each try, as it left the client.</summary>
    public IReadOnlyList<string> Bodies => [.. _bodies];

    /// <summary>How long a try may take. Short, for replies that never come; a busy machine may need longer for one that does.</summary>
    public TimeSpan TimeoutOfATry { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The options of the product, but for the transport, the waits between tries and the time-out of a try.</summary>
    public void Configure(TableClientOptions options)
    {
        options.Transport = new HttpClientTransport(this);
        options.Retry.Delay = TimeSpan.Zero;
        options.Retry.MaxDelay = TimeSpan.Zero;
        options.Retry.NetworkTimeout = TimeoutOfATry;
    }

    /// <summary>Accounts whose every request comes here.</summary>
    public TableAccounts Accounts(params string[] names) =>
        TableAccounts.FromConnectionStrings([.. names.Select(ConnectionString)], Configure);

    /// <summary>A group's table in one account.</summary>
    public AzureTableStore Store() => AzureTableStore.OverAll(Accounts("acct"), "billing");

    /// <summary>A group's table by a client of the product's own, and by one that the caller hands in.</summary>
    /// <param name="isCallers">Whether the caller hands it in.</param>
    /// <param name="connectionString">The account; null for any.</param>
    public AzureTableStore Store(bool isCallers, string? connectionString = null)
    {
        connectionString ??= ConnectionString("acct");
        if (!isCallers)
        {
            return AzureTableStore.OverAll(TableAccounts.FromConnectionStrings([connectionString], Configure), "billing");
        }

        var options = new TableClientOptions();
        Configure(options);
        options.Retry.MaxRetries = 2;
        return AzureTableStore.OverAll(new TableAccounts([new TableServiceClient(connectionString, options)]), "billing");
    }

    private static string ConnectionString(string name) =>
        $"DefaultEndpointsProtocol=https;AccountName={name};AccountKey=a2V5;EndpointSuffix=core.windows.net";

    // The last reply is given again and again.
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _bodies.Enqueue(request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken));
        _requests.Enqueue($"{request.Method} {request.RequestUri!.Host} {Uri.UnescapeDataString(request.RequestUri.PathAndQuery)}");
        return await replies[Math.Min(Interlocked.Increment(ref _next), replies.Count) - 1](request, cancellationToken);
    }
}

/// <summary>What comes back for a request: an answer, an exception, or nothing until the caller gives up.</summary>
internal delegate Task<HttpResponseMessage> TableReply(HttpRequestMessage request, CancellationToken cancellationToken);
