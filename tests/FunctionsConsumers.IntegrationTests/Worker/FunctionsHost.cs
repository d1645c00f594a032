using System.Diagnostics;
using FunctionsConsumers.IntegrationTests.Feeds;
using FunctionsConsumers.IntegrationTests.LocalHost;
using FunctionsConsumers.IntegrationTests.Worker.Protocol;
using FunctionsConsumers.Lab.Services;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.IntegrationTests.Worker;

/// <summary>
/// Plays the Functions host for one life of a worker: starts the app that was built as the process that the host would
/// start, asks it for its functions, loads them and calls them. The process ends
/// with this at the latest, and also when the tests are killed.
/// </summary>
internal sealed class FunctionsHost : IAsyncDisposable
{
    private const string TimerInput = """{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}""";

    private readonly WebApplication _server;
    private readonly ChildProcess _worker;
    private readonly WorkerStream _stream;

    private readonly string _log;

    private FunctionsHost(WebApplication server, ChildProcess worker, WorkerStream stream, string log) =>
        (_server, _worker, _stream, _log) = (server, worker, stream, log);

    /// <summary>The folder of the built app.</summary>
    public static string App { get; } = Path.Combine(
        Dotnet.Repository, "src", "FunctionsConsumers", "bin", Dotnet.Configuration, "net10.0");

    /// <summary>The worker's process.</summary>
    public int ProcessId => _worker.Id;

    /// <summary>What the worker said it can do.</summary>
    public IReadOnlyDictionary<string, string> Capabilities { get; private set; } = new Dictionary<string, string>();

    /// <summary>The functions as the worker reported them, by name.</summary>
    public IReadOnlyDictionary<string, RpcFunctionMetadata> Functions { get; private set; } =
        new Dictionary<string, RpcFunctionMetadata>();

    /// <summary>Everything the worker said, for the message of a failed test.</summary>
    public string Said => $"{File.ReadAllText(_log)}\n{_stream.Log}";

    /// <summary>Starts a worker and loads its functions.</summary>
    /// <param name="settings">The app's settings.</param>
    /// <param name="log">The file that takes what the process says.</param>
    public static async Task<FunctionsHost> StartAsync(IReadOnlyDictionary<string, string> settings, string log)
    {
        var stream = new WorkerStream();
        var server = Server(stream);
        await server.StartAsync(TestContext.Current.CancellationToken);
        var host = new FunctionsHost(server, Launch(server.Urls.Single(), settings, log), stream, log);
        try
        {
            await host.LoadAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the app has started. Its functions can be called earlier, while it still opens its tables.</summary>
    public Task UntilStartedAsync() =>
        Eventually.TrueAsync(() => _stream.Log.Contains("Application started", StringComparison.Ordinal), "the app has started");

    /// <summary>Calls a Kafka function with a batch.</summary>
    /// <returns>The id, by which the call can be cancelled, and the answer.</returns>
    public (string Id, Task<StatusResult> Answer) Deliver(string function, CollectionModelBindingData batch) =>
        Invoke(function, new TypedData { CollectionModelBindingData = batch });

    /// <summary>Calls a timer's function, and waits for its answer.</summary>
    public Task<StatusResult> TickAsync(string function) =>
        Eventually.DoneAsync(Invoke(function, new TypedData { Json = TimerInput }).Answer, $"{function} answers");

    /// <summary>
    /// Calls an HTTP function: the call itself by the stream, request and answer by the worker's own server, as the host forwards
    /// them.
    /// </summary>
    /// <param name="function">The function.</param>
    /// <param name="request">The request, with a path of its own.</param>
    /// <returns>The answer.</returns>
    public async Task<HttpResponseMessage> SendAsync(string function, HttpRequestMessage request)
    {
        using var client = new HttpClient { BaseAddress = new Uri(Capabilities["HttpUri"]) };
        var id = Guid.NewGuid().ToString();
        request.Headers.Add("x-ms-invocation-id", id);
        var invocation = _stream.AskSoonAsync(new StreamingMessage { InvocationRequest = new InvocationRequest
        {
            InvocationId = id,
            FunctionId = Functions[function].FunctionId,
            TraceContext = Trace(),
        } });
        var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        AssertSucceeded((await invocation).InvocationResponse.Result);
        return answer;
    }

    /// <summary>Cancels a call.</summary>
    public void Cancel(string invocation) =>
        _stream.Tell(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = invocation } });

    /// <summary>Asks the worker to end, as the host does at a stop, and waits until it has ended well.</summary>
    public async Task TerminateAsync()
    {
        _stream.Tell(new StreamingMessage
        {
            WorkerTerminate = new WorkerTerminate { GracePeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(10)) },
        });
        await Eventually.TrueAsync(() => _worker.HasEnded, "the worker ends when it is told to");
        Assert.True(_worker.ExitCode == 0, $"exit code {_worker.ExitCode}: {Said}");
    }

    /// <summary>Kills the worker with SIGKILL.</summary>
    public Task KillAsync() => _worker.KillAsync();

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static WebApplication Server(WorkerStream stream)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0")
            .ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = grpc.MaxSendMessageSize = null);
        builder.Services.AddSingleton(stream);
        var server = builder.Build();
        server.MapGrpcService<WorkerStream>();
        return server;
    }

    private static ChildProcess Launch(string address, IReadOnlyDictionary<string, string> settings, string log)
    {
        string[] arguments =
        [
            Path.Combine(App, "FunctionsConsumers.dll"), "--functions-uri", address + "/", "--functions-worker-id",
            Guid.NewGuid().ToString(),
            "--functions-request-id", Guid.NewGuid().ToString(), "--functions-grpc-max-message-length", "2147483647",
        ];
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = App };
        start.Environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        start.Environment["FUNCTIONS_WORKER_DIRECTORY"] = start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = App;
        start.Environment["WEBSITE_HOSTNAME"] = "127.0.0.1";
        start.Environment["AzureWebJobsStorage"] = "UseDevelopmentStorage=true";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return ChildProcess.Start(start, log, "dotnet is missing");
    }

    private async Task LoadAsync()
    {
        await Eventually.TrueAsync(() => _stream.Started.IsCompleted || _worker.HasEnded, "the worker opens its stream");
        Assert.True(_stream.Started.IsCompletedSuccessfully, Said);

        var init = (await _stream.AskSoonAsync(new StreamingMessage
        {
            WorkerInitRequest = new WorkerInitRequest
            {
                HostVersion = "4.1000.0",
                WorkerDirectory = App,
                FunctionAppDirectory = App,
                Capabilities = { ["V2Compatable"] = "true" },
            },
        })).WorkerInitResponse;
        AssertSucceeded(init.Result);
        Capabilities = init.Capabilities;

        var reported = (await _stream.AskSoonAsync(
            new StreamingMessage { FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = App } }))
            .FunctionMetadataResponse;
        AssertSucceeded(reported.Result);
        Assert.False(reported.UseDefaultMetadataIndexing, "the worker knows its functions itself");
        Functions = reported.FunctionMetadataResults.ToDictionary(function => function.Name);
        foreach (var function in Functions.Values)
        {
            var load = new StreamingMessage
            {
                FunctionLoadRequest = new FunctionLoadRequest { FunctionId = function.FunctionId, Metadata = function },
            };
            AssertSucceeded((await _stream.AskSoonAsync(load)).FunctionLoadResponse.Result);
        }
    }

    private (string Id, Task<StatusResult> Answer) Invoke(string function, TypedData input)
    {
        var metadata = Functions[function];
        var request = new InvocationRequest
        {
            InvocationId = Guid.NewGuid().ToString(),
            FunctionId = metadata.FunctionId,
            InputData = { new ParameterBinding { Name = metadata.Bindings.Single().Key, Data = input } },
            TraceContext = Trace(),
        };
        return (request.InvocationId, AnswerAsync());

        async Task<StatusResult> AnswerAsync() =>
            (await _stream.AskAsync(new StreamingMessage { InvocationRequest = request })).InvocationResponse.Result;
    }

    private static RpcTraceContext Trace() =>
        new() { TraceParent = $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01" };

    private void AssertSucceeded(StatusResult result) =>
        Assert.True(result.Status == StatusResult.Types.Status.Success, $"{result}\n{Said}");
}
