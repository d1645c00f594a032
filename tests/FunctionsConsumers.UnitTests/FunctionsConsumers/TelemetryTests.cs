using System.Diagnostics;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.UnitTests.EffectivelyOnce;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests;

[Collection(nameof(Traced))]
public sealed class TelemetryTests
{
    [Fact]
    public void Where_no_exporter_is_named_nothing_is_registered()
    {
        var services = new ServiceCollection();

        Assert.Empty(services.AddTelemetry(Settings(("OTEL_EXPORTER_OTLP_ENDPOINT", " ")), isWorker: true));
    }

    [Fact]
    public async Task What_the_library_measures_and_its_spans_reach_the_exporters_under_their_names()
    {
        var (spans, metrics) = (new List<Activity>(), new List<Metric>());
        var services = new ServiceCollection();
        services.AddTelemetry(Settings((Telemetry.OtlpEndpoint, "http://127.0.0.1:1")), isWorker: false)
            .AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddInMemoryExporter(spans))
            .WithMetrics(measured => measured.AddInMemoryExporter(metrics));
        using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<TracerProvider>();
        var meters = provider.GetRequiredService<MeterProvider>();

        await new TestGroup().ProcessAsync(Record(0, "a|1"));
        meters.ForceFlush(10_000);

        Assert.Equal(["transaction group", "process topic"], spans.Select(span => span.DisplayName));
        Assert.Equal(
            [
                "effectively_once.batch.attempts", "effectively_once.records", "effectively_once.transaction.rows",
                "effectively_once.transactions",
                "messaging.client.consumed.messages", "messaging.process.duration",
            ],
            metrics.Where(metric => metric.MetricType is (MetricType.LongSum or MetricType.Histogram) && HasGroup(metric))
                .Select(metric => metric.Name)
                .Distinct()
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("Authorization=AAD", "ManagedIdentityCredential")]
    [InlineData("ClientId=00000000-0000-0000-0000-000000000001;Authorization=AAD", "ManagedIdentityCredential")]
    public void Application_Insights_is_written_to_with_the_identity_that_the_host_has(string? setting, string? credential) =>
        Assert.Equal(credential, Telemetry.CredentialOf(setting)?.GetType().Name);

    [Theory]
    [InlineData("AAD")]
    [InlineData("Authorization=Key")]
    [InlineData("ClientId=1")]
    public void An_identity_that_is_none_is_refused_by_its_settings_name(string setting) =>
        Assert.StartsWith("APPLICATIONINSIGHTS_AUTHENTICATION_STRING is neither",
            Assert.Throws<SettingException>(() => Telemetry.CredentialOf(setting)).Message, StringComparison.Ordinal);

    private static bool HasGroup(Metric metric)
    {
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            foreach (var tag in point.Tags)
            {
                if (tag is { Key: "messaging.consumer.group.name", Value: "group" })
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static IConfiguration Settings(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)))
        .Build();
}
