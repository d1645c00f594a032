using System.Globalization;
using System.Net;
using System.Security.Claims;
using FunctionsConsumers.LocalHost.Functions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.LocalHost.Http;

/// <summary>
/// Serves HTTP functions on 127.0.0.1 alone, to this machine's own callers alone (<see cref="LocalCallers" />): here no key
/// protects them, as in <c>func start</c>.
/// </summary>
internal sealed partial class HttpServer : IAsyncDisposable
{
    /// <summary>The port of Core Tools, taken where nobody says another.</summary>
    private const int UsualPort = 7071;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly WebApplication _server;
    private readonly string _prefix;

    private HttpServer(WebApplication server, string prefix)
    {
        _server = server;
        _prefix = prefix;
        Address = server.Urls.Single();
    }

    /// <summary>The address, without a slash at its end.</summary>
    public string Address { get; }

    /// <summary>Starts to serve. <paramref name="port" /> is null for the usual one, or a free one where that is taken.</summary>
    /// <exception cref="LocalHostException">The port is taken, or a function's class cannot be made.</exception>
    public static async Task<HttpServer> StartAsync(
        IReadOnlyList<HttpFunction> functions, string prefix, int? port, IServiceProvider services, CancellationToken cancellationToken)
    {
        try
        {
            return await ListenAsync(functions, prefix, port ?? UsualPort, services, cancellationToken);
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            return port is null
                ? await ListenAsync(functions, prefix, 0, services, cancellationToken)
                : throw new LocalHostException(string.Create(CultureInfo.InvariantCulture,
                    $"Port {port} on 127.0.0.1 is taken: name another with --http, or 0 for any free one."), taken);
        }
    }

    /// <summary>Methods and address of a function, for the listing.</summary>
    public string Describe(HttpFunction function) => $"[{string.Join(',', Methods(function))}] {Address}{Route(function, _prefix)}";

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopTimeout);
        await _server.StopAsync(limit.Token);
        await _server.DisposeAsync();
    }

    private static async Task<HttpServer> ListenAsync(
        IReadOnlyList<HttpFunction> functions, string prefix, int port, IServiceProvider services, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Services.AddRoutingCore();
        var server = builder.Build();
        server.Use(LocalCallers.OnlyAsync);
        server.UseRouting();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("FunctionsConsumers.LocalHost");
        foreach (var function in functions)
        {
            var invoker = new FunctionInvoker<HttpRequest>(function, services);
            server.MapMethods(Route(function, prefix), Methods(function), context => AnswerAsync(function.Name, invoker, context, logger));
        }

        try
        {
            await server.StartAsync(cancellationToken);
            return new HttpServer(server, prefix);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private static async Task AnswerAsync(string function, FunctionInvoker<HttpRequest> invoker, HttpContext context, ILogger logger)
    {
        // No key says who calls; whoever may call is this machine's user.
        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, Environment.UserName)], "this machine"));
        try
        {
            await invoker.InvokeAsync(context.Request, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
        catch (Exception failure)
        {
            // As the Functions host does: the caller learns that it failed, the log why.
            LogFailed(logger, function, failure.Message);
            if (!context.Response.HasStarted)
            {
                context.Response.Clear();
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }
        }
    }

    private static string Route(HttpFunction function, string prefix) =>
        $"{(prefix.Length == 0 ? "" : "/" + prefix)}/{function.Trigger.Route ?? function.Name}";

    private static IEnumerable<string> Methods(HttpFunction function) =>
        function.Trigger.Methods is { Length: > 0 } methods
            ? methods.Select(method => method.ToUpperInvariant())
            : ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string function, string reason);
}
