using System.Text;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.IntegrationTests.LocalHost;
using FunctionsConsumers.IntegrationTests.Worker.Telemetry;
using FunctionsConsumers.Orders;
using Google.Protobuf;
using static FunctionsConsumers.IntegrationTests.Worker.Telemetry.OtlpCollector;

namespace FunctionsConsumers.IntegrationTests.Worker;

/// <summary>What a collector gets of the app that was built, as a worker process.</summary>
public sealed class WorkerTelemetryTests : IAsyncLifetime
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Parent = $"00-{Trace}-b7ad6b7169203331-01";
    private const int Consumer = 5;
    private const int Producer = 4;

    private WorkerDeployment _deployment = null!;
    private OtlpCollector _collector = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IEnumerable<Span> Spans =>
        _collector.Spans.Where(one => one.Source == EffectivelyOnceTraces.SourceName).Select(one => one.Span);

    private IEnumerable<Metric> Metrics =>
        _collector.Metrics.Where(one => one.Meter == EffectivelyOnceMetrics.MeterName).Select(one => one.Metric);

    public async ValueTask InitializeAsync()
    {
        _deployment = await WorkerDeployment.StartAsync();
        _collector = await OtlpCollector.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _deployment.DisposeAsync();
        await _collector.DisposeAsync();
    }

    [Fact]
    public async Task Spans_metrics_and_the_log_of_orders_poison_and_a_malformed_traceparent_arrive_over_OTLP_and_hold_nothing_personal()
    {
        _deployment.Produce(
        [
            Record("""{"order_id": "traced", "product": "Laptop", "email": "anna@example.org"}""", Parent),
            Record("""{"order_id": "poisoned", "product": "Anna's own"}""", Parent),
            Record("""{"order_id": "malformed", "product": "Phone"}""", "00-garbage"),
        ]);
        var host = await _deployment.WorkerAsync([.. _collector.Settings, ("OTEL_SERVICE_NAME", "orders-here")]);
        await Task.WhenAll(_deployment.Triggers(host).Select(trigger => trigger.RunToEndAsync(Cancellation)));

        // Once everything is sent, so that it is what the timers read.
        await _deployment.AuditedAsync(host);
        await host.TickAsync("OutboxSweep");
        await host.TickAsync("GapAudit");
        await Eventually.TrueAsync(
            () => Groups.All.All(IsAtItsEnd)
                && Spans.Count(span => span.Name.EndsWith(".dead-letters", StringComparison.Ordinal)) == 3,
            "what was measured last has arrived");
        await host.TerminateAsync();

        AssertSpans();
        AssertMetrics();
        Assert.Contains("orders-here", _collector.Services);
        Assert.Contains(_collector.Logs, one => one.Category == "FunctionsConsumers.EffectivelyOnce.billing"
            && one.Entry.Body.StringValue.Contains("dead-lettered", StringComparison.Ordinal)
            && Of(one.Entry.Attributes, "Group") == "billing");
        string[] all = [.. _collector.Spans.Select(one => one.Span.ToString()), .. _collector.Logs.Select(one => one.Entry.ToString()),
            .. Metrics.Select(metric => metric.ToString())];
        Assert.DoesNotContain(all, one => one.Contains("anna", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_worker_that_no_exporter_is_named_for_loads_none()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What a process has loaded is read from /proc.");
        var host = await _deployment.WorkerAsync();
        await host.UntilStartedAsync();

        var loaded = await File.ReadAllLinesAsync($"/proc/{host.ProcessId}/maps", Cancellation);
        Assert.Contains(loaded, line => line.EndsWith("/FunctionsConsumers.dll", StringComparison.Ordinal));
        Assert.DoesNotContain(loaded, line => line.Contains("OpenTelemetry", StringComparison.Ordinal));
    }

    private void AssertSpans()
    {
        foreach (var group in Groups.All)
        {
            List<Span> own = [.. Spans.Where(span => Of(span.Attributes, "messaging.consumer.group.name") == group)];
            List<Span> batches = [.. own.Where(span => span.Name == "process order-events")];
            Assert.NotEmpty(batches);
            Assert.All(batches, batch => Assert.Equal(
                (Consumer, "kafka", "process", "order-events"),
                (batch.Kind, Of(batch.Attributes, "messaging.system"), Of(batch.Attributes, "messaging.operation.name"),
                    Of(batch.Attributes, "messaging.destination.name"))));
            Assert.Equal(3, batches.Sum(batch => int.Parse(Of(batch.Attributes, "messaging.batch.message_count")!, null)));
            Assert.Contains(batches, batch => batch.Links.Any(link => Hex(link.TraceId) == Trace && Hex(link.SpanId) == Parent[36..52]));

            // From the batch on through the transaction to what was sent, in one trace.
            var letter = Assert.Single(own, span => span.Name == $"send order-events.{group}.dead-letters");
            var transaction = Assert.Single(own, span => span.SpanId.Equals(letter.ParentSpanId));
            Assert.Equal((Producer, "sent", "transaction " + group),
                (letter.Kind, Of(letter.Attributes, "effectively_once.message.outcome"), transaction.Name));
            Assert.Contains(batches, batch => batch.SpanId.Equals(transaction.ParentSpanId) && batch.TraceId.Equals(letter.TraceId));

            var headers = Assert.Single(_deployment.DeadLetters(group)).Headers;
            Assert.Equal(
                [Parent, $"00-{Hex(letter.TraceId)}-{Hex(letter.SpanId)}-01"],
                headers.Where(header => header.Key == "traceparent").Select(header => Encoding.UTF8.GetString(header.GetValueBytes())));
        }

        Assert.Single(Spans, span => span.Name == "send email");
    }

    private void AssertMetrics()
    {
        Assert.Equal(
            [
                "effectively_once.batch.attempts {attempt}", "effectively_once.outbox.age s", "effectively_once.outbox.depth {message}",
                "effectively_once.records {record}", "effectively_once.transaction.rows {row}",
                "effectively_once.transactions {transaction}",
                "kafka.consumer_group.lag {record}", "messaging.client.consumed.messages {message}", "messaging.process.duration s",
            ],
            Metrics.Select(metric => $"{metric.Name} {metric.Unit}").Distinct()
                .Where(name => !name.Contains("unknown", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));
        foreach (var group in Groups.All)
        {
            Assert.Equal(2, Last("effectively_once.records", group, "applied"));
            Assert.Equal(1, Last("effectively_once.records", group, "dead_lettered"));
            Assert.Equal(3, Last("messaging.client.consumed.messages", group, null));
            Assert.Equal(0, Last("effectively_once.outbox.depth", group, null));
            Assert.Equal(0, Last("kafka.consumer_group.lag", group, null));
        }
    }

    private bool IsAtItsEnd(string group) =>
        Last("effectively_once.outbox.depth", group, null) == 0 && Last("kafka.consumer_group.lag", group, null) == 0;

    private long? Last(string name, string group, string? outcome) => Metrics
        .Where(metric => metric.Name == name)
        .SelectMany(metric => metric.Sum?.DataPoints ?? metric.Gauge.DataPoints)
        .LastOrDefault(
            point => Of(point.Attributes, "messaging.consumer.group.name") == group && Of(point.Attributes, "outcome") == outcome)?.AsInt;

    private static Message<byte[]?, byte[]?> Record(string value, string parent) =>
        new() { Value = Encoding.UTF8.GetBytes(value), Headers = new Headers { { "traceparent", Encoding.UTF8.GetBytes(parent) } } };

    private static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);
}
