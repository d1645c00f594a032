using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

/// <summary>What the library's meter reports of one group. Tests run side by side, so each has a group's name to itself.</summary>
internal sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Instrument, double Value, IReadOnlyDictionary<string, object?> Tags)> _all = new();
    private readonly ConcurrentDictionary<string, string?> _units = new(StringComparer.Ordinal);

    public Measured()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == EffectivelyOnceMetrics.MeterName)
            {
                _units[instrument.Name] = instrument.Unit;
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The group.</summary>
    public string Group { get; } = "measured-" + Guid.NewGuid().ToString("N");

    /// <summary>The instruments, with their units.</summary>
    public IReadOnlyDictionary<string, string?> Units => _units;

    /// <summary>The group's measurements of an instrument, each with these attributes' values before it.</summary>
    public IReadOnlyList<string> Of(string instrument, params string[] attributes) =>
        [.. _all.Where(one => one.Instrument == instrument
            && Equals(one.Tags["messaging.consumer.group.name"], Group)).Select(one => string.Join(
            ' ', [.. attributes.Select(attribute => one.Tags.GetValueOrDefault(attribute) ?? "-"),
            one.Value.ToString(CultureInfo.InvariantCulture)]))];

    /// <summary>Has the observed instruments report.</summary>
    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _all.Enqueue((instrument.Name, value, tags.ToArray().ToDictionary(StringComparer.Ordinal)));
}
