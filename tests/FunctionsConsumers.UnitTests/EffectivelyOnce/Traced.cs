using System.Diagnostics;
using FunctionsConsumers.EffectivelyOnce;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

/// <summary>
/// The library's spans, as OpenTelemetry's own exporter gets them. Whoever listens, listens to the whole process: the tests
/// with it run after all others, one at a time.
/// </summary>
[CollectionDefinition(nameof(Traced), DisableParallelization = true)]
public sealed class Traced : IDisposable
{
    private readonly List<Activity> _spans = [];
    private readonly TracerProvider _provider;

    public Traced() =>
        _provider = Sdk.CreateTracerProviderBuilder().AddSource(EffectivelyOnceTraces.SourceName).AddInMemoryExporter(_spans).Build();

    /// <summary>The spans that ended, in that order.</summary>
    internal IReadOnlyList<Activity> Spans => _spans;

    /// <summary>The one span whose name begins so.</summary>
    internal Activity One(string name) => Assert.Single(_spans, span => span.DisplayName.StartsWith(name, StringComparison.Ordinal));

    public void Dispose() => _provider.Dispose();
}
