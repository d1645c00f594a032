using System.Diagnostics.CodeAnalysis;
using System.Text;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace FunctionsConsumers.UnitTests.StandIns.Tables;

/// <summary>A transport that answers by a script and remembers what it was sent. Nothing of it waits.</summary>
internal sealed class ScriptedService : HttpPipelineTransport
{
    public const string ConnectionString = "DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=a2V5;EndpointSuffix=example.net";

    private readonly Func<int, Answer> _script;

    /// <summary>A service that gives every request the same answer.</summary>
    public ScriptedService(Answer answer)
        : this(_ => answer)
    {
    }

    /// <summary>A service that answers by the number of requests before.</summary>
    public ScriptedService(Func<int, Answer> script) => _script = script;

    /// <summary>What was sent, in order, each try by itself.</summary>
    public List<Sent> Requests { get; } = [];

    /// <summary>Settings that send requests here; the pauses between tries are those of the client, without the waiting.</summary>
    public TableClientOptions Options(TableClientOptions? options = null)
    {
        options ??= new TableClientOptions();
        options.Transport = this;
        options.Retry.Delay = TimeSpan.Zero;
        options.Retry.MaxDelay = TimeSpan.Zero;
        return options;
    }

    /// <summary>A client of a table of this service.</summary>
    public TableClient Table(string name = "billing") => new(ConnectionString, name, Options());

    public override Request CreateRequest() => HttpClientTransport.Shared.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException("The clients under test are asynchronous.");

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        using var body = new MemoryStream();
        if (message.Request.Content is { } content)
        {
            await content.WriteToAsync(body, message.CancellationToken);
        }

        Requests.Add(new Sent(
            message.Request.Method.Method,
            message.Request.Uri.ToUri(),
            message.Request.Headers.ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase),
            Encoding.UTF8.GetString(body.ToArray())));
        message.Response = new ScriptedResponse(_script(Requests.Count - 1).OrThrow());
    }

    private sealed class ScriptedResponse(Answer answer) : Response
    {
        public override int Status => answer.Status;

        public override string ReasonPhrase => "As scripted";

        public override Stream? ContentStream { get; set; } = new MemoryStream(Encoding.UTF8.GetBytes(answer.Body));

        public override string ClientRequestId { get; set; } = "";

        public override void Dispose()
        {
        }

        protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value) => answer.Headers.TryGetValue(name, out value);

        protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
        {
            values = TryGetHeader(name, out var value) ? [value] : null;
            return values is not null;
        }

        protected override bool ContainsHeader(string name) => answer.Headers.ContainsKey(name);

        protected override IEnumerable<HttpHeader> EnumerateHeaders() => answer.Headers.Select(header => new HttpHeader(header.Key, header.Value));
    }
}

/// <summary>A request as it was sent.</summary>
internal sealed record Sent(string Method, Uri Uri, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>An answer, or the failure that comes instead of one.</summary>
internal sealed record Answer(int Status, string Body, IReadOnlyDictionary<string, string> Headers, Exception? Failure = null)
{
    /// <summary>An answer in JSON.</summary>
    public static Answer Of(int status, string body = "", params (string Name, string Value)[] headers)
    {
        var all = headers.ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase);
        all.TryAdd("Content-Type", "application/json");
        return new Answer(status, body, all);
    }

    /// <summary>No answer: the connection fails.</summary>
    public static Answer Lost() => new(0, "", new Dictionary<string, string>(), new IOException("the connection was closed"));

    /// <summary>A refusal with its code.</summary>
    public static Answer Refusal(int status, string code, string message) => Of(status, RefusalBody(code, message));

    /// <summary>The body of a refusal.</summary>
    public static string RefusalBody(string code, string message) =>
        $$$$"""{"odata.error":{"code":"{{{{code}}}}","message":{"lang":"en-US","value":"{{{{message}}}}"}}}""";

    /// <summary>The answer of a transaction, made of the answers of its operations.</summary>
    public static Answer Transaction(params string[] parts)
    {
        var body = new StringBuilder("--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_2\r\n\r\n");
        foreach (var part in parts)
        {
            body.Append("--changesetresponse_2\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n").Append(part).Append("\r\n");
        }

        return Of(202, body.Append("--changesetresponse_2--\r\n--batchresponse_1--\r\n").ToString(), ("Content-Type", "multipart/mixed; boundary=batchresponse_1"));
    }

    /// <summary>This answer, or the failure that stands for it.</summary>
    public Answer OrThrow() => Failure is null ? this : throw Failure;
}
