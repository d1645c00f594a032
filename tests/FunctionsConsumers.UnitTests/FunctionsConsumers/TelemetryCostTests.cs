using System.Diagnostics;
using System.Globalization;
using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders.Billing;
using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.UnitTests.EffectivelyOnce;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;
using FunctionsConsumers.UnitTests.Orders.Reading;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace FunctionsConsumers.UnitTests;

/// <summary>
/// How much of the processor's time is measuring and tracing? Billing handles batches of 1,000 new orders over a table in
/// memory, with nobody listening and with OpenTelemetry's SDK, in turns within one run; what counts is processor time, so
/// that other work on the machine does not. A table that has to be reached makes the share smaller.
/// </summary>
[Collection(nameof(Traced))]
public sealed class TelemetryCostTests(ITestOutputHelper output)
{
    private const int Orders = 1_000;
    private const int Producers = 20;
    private const int Rounds = 15;
    private const int BatchesOfARound = 4;

    // Far above what it is: a shared machine measures badly. The figure is printed.
    private const double Most = 0.15;

    private int _order;

    [Fact]
    public async Task Measuring_and_tracing_cost_little_of_the_processors_time()
    {
        await RoundAsync();
        var (off, on) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            off.Add(await RoundAsync());
            using var tracing = Sdk.CreateTracerProviderBuilder().AddSource(EffectivelyOnceTraces.SourceName)
                .AddProcessor(new BatchActivityExportProcessor(new Nowhere())).Build();
            using var metrics = Sdk.CreateMeterProviderBuilder().AddMeter(EffectivelyOnceMetrics.MeterName).AddReader(new BaseExportingMetricReader(new NowhereMetrics())).Build();
            on.Add(await RoundAsync());
        }

        off.Sort();
        on.Sort();
        var share = (on[Rounds / 2] / off[Rounds / 2]) - 1;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"figures: telemetry: {off[Rounds / 2]:0.00} µs of processor time an order with nobody listening, {on[Rounds / 2]:0.00} µs with spans and metrics: {share:P1} more"));
        Assert.True(share < Most, string.Create(CultureInfo.InvariantCulture, $"{share:P1}"));
    }

    // Processor time of an order, in µs.
    private async Task<double> RoundAsync()
    {
        var processor = new BatchProcessor<OrderEvent>(
            new GroupPlanner<OrderEvent, InvoiceConsumer>(new InvoiceConsumer()), Decoding.Decoder, new MemoryTableStore(), new Buckets(16), new SilentOutbox(), new EffectivelyOnceOptions(), TimeProvider.System, new Random(1), NullLogger.Instance);
        List<List<ConsumedRecord>> batches = [.. Enumerable.Range(0, BatchesOfARound).Select(_ => Enumerable.Range(0, Orders).Select(_ => Record()).ToList())];
        GC.Collect();
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        foreach (var batch in batches)
        {
            Assert.Equal(Orders, (await processor.ProcessAsync(batch, TestContext.Current.CancellationToken)).Applied);
        }

        return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMicroseconds / (Orders * BatchesOfARound);
    }

    private ConsumedRecord Record()
    {
        var order = ++_order;
        var value = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"order_id": "{{order}}", "customer_id": "c-{{order}}", "email": "a@example.org", "lines": [{"product": "Phone", "quantity": 2, "unit_price": 399.00}, {"product": "Laptop"}]}""");
        var parent = string.Create(CultureInfo.InvariantCulture, $"00-{1 + (order % Producers):x32}-{1 + (order % Producers):x16}-01");
        return new ConsumedRecord(
            new Coordinates("order-events", order % 4, order), DateTimeOffset.UnixEpoch, null, Encoding.UTF8.GetBytes(value), [new RecordHeader("traceparent", Encoding.ASCII.GetBytes(parent))]);
    }

    private sealed class Nowhere : BaseExporter<Activity>
    {
        public override ExportResult Export(in Batch<Activity> batch) => ExportResult.Success;
    }

    private sealed class NowhereMetrics : BaseExporter<Metric>
    {
        public override ExportResult Export(in Batch<Metric> batch) => ExportResult.Success;
    }
}
