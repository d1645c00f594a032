using System.Net;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables.Credentials;

namespace Azure.Data.Tables.Accounts;

/// <summary>An account's address and the pipeline through which requests reach it; shared by all clients of the account.</summary>
internal sealed class TableAccount
{
    private readonly string _signature;

    /// <summary>An account.</summary>
    /// <param name="endpoint">The address; its query, where it has one, goes along with every request.</param>
    /// <param name="name">The account's name; null to take it from the address.</param>
    /// <param name="authentication">The policy that proves who sends a request; null where the address's query does.</param>
    /// <param name="options">The settings; null for defaults.</param>
    public TableAccount(Uri endpoint, string? name, HttpPipelinePolicy? authentication, TableClientOptions? options)
    {
        options ??= TableClientOptions.WithLoggedNames();
        Version = options.VersionString;
        _signature = endpoint.Query.TrimStart('?');
        Uri = _signature.Length == 0 ? endpoint : new Uri(endpoint.GetLeftPart(UriPartial.Path));
        Root = Uri.AbsoluteUri.TrimEnd('/');
        Name = name ?? NameIn(Uri);

        var pipeline = new HttpPipelineOptions(options)
        {
            ResponseClassifier = new ResponseClassifier(),
            RequestFailedDetailsParser = new Requests.FailureDetails(),
        };
        if (authentication is not null)
        {
            pipeline.PerRetryPolicies.Add(authentication);
        }

        Pipeline = HttpPipelineBuilder.Build(pipeline);
    }

    /// <summary>The account's name.</summary>
    public string Name { get; }

    /// <summary>The address, without a query.</summary>
    public Uri Uri { get; }

    /// <summary>The address, escaped and without a slash at its end.</summary>
    public string Root { get; }

    /// <summary>The version of the protocol.</summary>
    public string Version { get; }

    /// <summary>The pipeline.</summary>
    public HttpPipeline Pipeline { get; }

    /// <summary>The account of a connection string.</summary>
    public static TableAccount Of(string connectionString, TableClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        var parts = ConnectionString.Parse(connectionString);
        return new TableAccount(parts.Endpoint, parts.AccountName, parts.Key is null ? null : new SharedKeyPolicy(parts.Key), options);
    }

    /// <summary>The account of an address, with its key.</summary>
    public static TableAccount Of(Uri endpoint, TableSharedKeyCredential credential, TableClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(credential);
        return new TableAccount(endpoint, null, new SharedKeyPolicy(credential), options);
    }

    /// <summary>The account of an address, with tokens.</summary>
    public static TableAccount Of(Uri endpoint, TokenCredential tokenCredential, TableClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(tokenCredential);
        return new TableAccount(endpoint, null, new TokenPolicy(tokenCredential, options), options);
    }

    /// <summary>Begins a request.</summary>
    /// <param name="method">The verb.</param>
    /// <param name="pathAndQuery">What follows the address, escaped.</param>
    /// <param name="accept">The header Accept.</param>
    /// <returns>The message.</returns>
    public HttpMessage CreateMessage(RequestMethod method, string pathAndQuery, string accept)
    {
        var message = Pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(new Uri(Root + pathAndQuery + SignatureAfter(pathAndQuery)));
        var headers = message.Request.Headers;
        headers.Add("x-ms-version", Version);
        headers.Add("DataServiceVersion", "3.0");
        headers.Add("Accept", accept);
        return message;
    }

    private static string NameIn(Uri uri)
    {
        // The emulator, on an address or on the machine itself, has the name in the path; the service has it in the host.
        if (uri.IsLoopback || IPAddress.TryParse(uri.Host, out _))
        {
            return uri.Segments.Length > 1 ? uri.Segments[1].TrimEnd('/') : "";
        }

        var dot = uri.Host.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? "" : uri.Host[..dot];
    }

    private string SignatureAfter(string pathAndQuery) =>
        _signature.Length == 0 ? "" : (pathAndQuery.Contains('?', StringComparison.Ordinal) ? "&" : "?") + _signature;
}
