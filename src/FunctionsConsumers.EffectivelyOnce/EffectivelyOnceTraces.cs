namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>Where the library's spans are found: with OpenTelemetry, <c>tracing.AddSource(EffectivelyOnceTraces.SourceName)</c>.</summary>
public static class EffectivelyOnceTraces
{
    /// <summary>The name of the library's activity source.</summary>
    public const string SourceName = "FunctionsConsumers.EffectivelyOnce";
}
