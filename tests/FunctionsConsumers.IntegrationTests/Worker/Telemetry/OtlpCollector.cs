using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.IntegrationTests.Worker.Telemetry;

/// <summary>A collector of OpenTelemetry's protocol over HTTP, which keeps all that it is sent.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _server;

    private OtlpCollector(WebApplication server) => _server = server;

    /// <summary>The settings by which an app exports to it, and soon.</summary>
    public (string Name, string Value)[] Settings =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", _server.Urls.Single()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_BSP_SCHEDULE_DELAY", "200"), ("OTEL_BLRP_SCHEDULE_DELAY", "200"), ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
    ];

    /// <summary>The spans, each with the name of its source.</summary>
    public ConcurrentQueue<(string Source, Span Span)> Spans { get; } = new();

    /// <summary>The metrics, each with the name of its meter, once for each export.</summary>
    public ConcurrentQueue<(string Meter, Metric Metric)> Metrics { get; } = new();

    /// <summary>The log, each entry with its category.</summary>
    public ConcurrentQueue<(string Category, LogRecord Entry)> Logs { get; } = new();

    /// <summary>The names under which services have exported.</summary>
    public ConcurrentQueue<string> Services { get; } = new();

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var collector = new OtlpCollector(server);
        server.MapPost("/v1/traces", (HttpRequest request) => TakeAsync(request, Traces.Parser, collector.Take));
        server.MapPost("/v1/metrics", (HttpRequest request) => TakeAsync(request, Telemetry.Metrics.Parser, collector.Take));
        server.MapPost("/v1/logs", (HttpRequest request) => TakeAsync(request, Telemetry.Logs.Parser, collector.Take));
        await server.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    /// <summary>The values of an attribute.</summary>
    public static string? Of(IEnumerable<KeyValue> attributes, string key) =>
        attributes.FirstOrDefault(one => one.Key == key)?.Value is { } value
            ? value.ValueCase switch
            {
                AnyValue.ValueOneofCase.StringValue => value.StringValue,
                AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
                _ => value.ToString(),
            }
            : null;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task<IResult> TakeAsync<T>(HttpRequest request, MessageParser<T> parser, Action<T> take)
        where T : IMessage<T>
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        take(parser.ParseFrom(body.ToArray()));
        return Results.Bytes([], "application/x-protobuf");
    }

    private void Take(Traces traces)
    {
        foreach (var resource in traces.ResourceSpans)
        {
            Services.Enqueue(Of(resource.Resource.Attributes, "service.name") ?? "");
            foreach (var scope in resource.ScopeSpans)
            {
                scope.Spans.ToList().ForEach(span => Spans.Enqueue((scope.Scope.Name, span)));
            }
        }
    }

    private void Take(Metrics metrics)
    {
        foreach (var scope in metrics.ResourceMetrics.SelectMany(resource => resource.ScopeMetrics))
        {
            scope.Metrics.ToList().ForEach(metric => Metrics.Enqueue((scope.Scope.Name, metric)));
        }
    }

    private void Take(Logs logs)
    {
        foreach (var scope in logs.ResourceLogs.SelectMany(resource => resource.ScopeLogs))
        {
            scope.LogRecords.ToList().ForEach(entry => Logs.Enqueue((scope.Scope.Name, entry)));
        }
    }
}
