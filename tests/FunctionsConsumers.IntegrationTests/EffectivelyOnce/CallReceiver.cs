using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.IntegrationTests.EffectivelyOnce;

/// <summary>A receiver of HTTP calls on a loopback port, which heeds <c>Idempotency-Key</c> and answers as the test says.</summary>
internal sealed class CallReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, string> _done = new();

    private CallReceiver(WebApplication app) => _app = app;

    public Uri Address =>
        new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/labels");

    /// <summary>The keys of all calls, in their order.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    /// <summary>The keys of all questions whether it has a call, in their order.</summary>
    public ConcurrentQueue<string> Questions { get; } = [];

    /// <summary>Answers whether it has a call.</summary>
    public Func<bool, IResult> OnQuestion { get; set; } = has => has ? Results.Ok() : Results.NotFound();

    /// <summary>What it has acted on: the bodies by their keys.</summary>
    public IReadOnlyDictionary<string, string> Done => _done;

    /// <summary>Answers a call after it was acted on; the number of the call counts from 1.</summary>
    public Func<int, HttpContext, Task> OnCall { get; set; } = (_, _) => Task.CompletedTask;

    public static async Task<CallReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var receiver = new CallReceiver(app);
        app.MapPost("/labels", receiver.TakeAsync);
        app.MapGet("/labels/{key}", receiver.Tell);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult Tell(string key)
    {
        Questions.Enqueue(key);
        return OnQuestion(_done.ContainsKey(key));
    }

    private async Task TakeAsync(HttpContext call)
    {
        var key = call.Request.Headers["Idempotency-Key"].ToString();
        using var body = new StreamReader(call.Request.Body);
        _done.TryAdd(key, call.Request.ContentType + " " + await body.ReadToEndAsync(call.RequestAborted));
        Calls.Enqueue(key);
        await OnCall(Calls.Count, call);
    }
}
