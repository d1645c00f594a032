namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>
/// Where the library's metrics are found: with OpenTelemetry, <c>metrics.AddMeter(EffectivelyOnceMetrics.MeterName)</c>.
/// </summary>
public static class EffectivelyOnceMetrics
{
    /// <summary>The name of the library's meter.</summary>
    public const string MeterName = "FunctionsConsumers.EffectivelyOnce";
}
