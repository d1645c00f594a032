using System.Diagnostics;
using System.Globalization;
using System.Text;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Rigs;
using FunctionsConsumers.EffectivelyOnce;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace FunctionsConsumers.Benchmarks.Questions;

/// <summary>
/// What spans and metrics cost: billing's processor over a store that does nothing, with OpenTelemetry's SDK exporting to
/// nowhere, against the same with nobody listening. Every record carries its producer's context, of twenty producers. A table
/// that has to be reached makes the share smaller.
/// </summary>
internal sealed class TelemetryCost : IQuestion
{
    private const int Orders = 20_000;
    private const int Producers = 20;
    private const double Goal = 0.97;

    public string Name => "telemetry";

    public string Asks => "what do spans and metrics cost?";

    public string Against => "nobody listening";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var batches = OrderBatches.Make(bench.Seed, Orders).Select(batch => Array.ConvertAll(batch, Traced)).ToList();
        var pair = await Rounds.InTurnAsync(
            async () =>
            {
                using var tracing = Sdk.CreateTracerProviderBuilder().AddSource(EffectivelyOnceTraces.SourceName)
                    .AddProcessor(new BatchActivityExportProcessor(new Nowhere())).Build();
                using var metrics = Sdk.CreateMeterProviderBuilder().AddMeter(EffectivelyOnceMetrics.MeterName)
                    .AddReader(new BaseExportingMetricReader(new NowhereMetrics())).Build();
                return await RateAsync(batches, cancellationToken);
            },
            () => RateAsync(batches, cancellationToken));
        return [Figure.AtLeast("billing", pair.Ratio, Goal, " of its orders/s", pair.Raw("listening: orders/s", "nobody"))];
    }

    private static async Task<double> RateAsync(List<ConsumedRecord[]> batches, CancellationToken cancellationToken) =>
        await Groups.RateAsync(await Groups.ProcessorAsync("billing", new NoStore()), batches, cancellationToken);

    private static ConsumedRecord Traced(ConsumedRecord record)
    {
        var producer = 1 + (record.Coordinates.Offset % Producers);
        var parent = string.Create(CultureInfo.InvariantCulture, $"00-{producer:x32}-{producer:x16}-01");
        return record with { Headers = [.. record.Headers, new RecordHeader("traceparent", Encoding.ASCII.GetBytes(parent))] };
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
