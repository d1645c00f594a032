using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

namespace FunctionsConsumers.SimulationTests.Domain;

/// <summary>A record of the log, with the order that it is meant to be.</summary>
internal sealed record OrderRecord : LoggedRecord
{
    public OrderRecord(ConsumedRecord record, OrderSpec spec, string key, bool byMeaning = false)
        : base(record, spec.Kind is OrderKind.Poison or OrderKind.Control ? null : spec.Subject ?? key, key,
            byMeaning ? spec.Meaning : spec.Fingerprint)
    {
        Spec = spec;
        IsRecord = spec.Kind != OrderKind.Control;
    }

    /// <summary>What it is meant to be.</summary>
    public OrderSpec Spec { get; }

    public override string Described =>
        $"{Spec.Kind} {Record.Coordinates}{(Incarnation > 0 ? $" of topic {Incarnation}" : "")} subject {Spec.Subject} key {Key} "
        + $"nonce {Spec.Nonce} rows {Spec.Rows} lines {string.Join(',', Spec.Lines)}";
}
