using FunctionsConsumers.EffectivelyOnce.Hosting;
using FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

namespace FunctionsConsumers.EffectivelyOnce.Testing;

/// <summary>Somebody's own consumer in the hosts of a world; what is known of its records is what it planned for them beforehand.</summary>
/// <typeparam name="TEvent">The domain's event.</typeparam>
internal sealed class PlannedConsumer<TEvent>(World world, KnownRecords<TEvent> known) : ConsumerUnderTest
{
    public override string Group => known.Group;

    public override string? EffectKind => known.EffectKind;

    public override string SubjectExistsReason => known.Decoder.SubjectExistsReason;

    public override IReadOnlyDictionary<string, InDoubtPolicy?> KindsOf(Life life) => known.Kinds;

    public override IConsumerGroup MakeGroup(Life life, GroupParts parts) =>
        parts.Group(new WatchedConsumer<TEvent>(known.Consumer(life.Time), known, world, life.Name), known.Decoder, life.Time);

    public override bool MayBeApplied(LoggedRecord record) => Known(record).Plan is not null;

    public override Plan PlanOf(LoggedRecord record) => Known(record).Plan!;

    public override IEnumerable<string> ReasonsOf(LoggedRecord record, bool isKnown, bool isTaken, object? reference) =>
        Known(record).Reason is { } reason ? [reason] : [];

    public override bool IsRightEnd(LoggedRecord record, bool isApplied, string? reason) =>
        Known(record).Reason is null ? isApplied != reason is not null : !isApplied && reason is not null;

    public override bool IsJudgedByItsSubject(LoggedRecord record) => true;

    public override bool HangsOnNothingElse(LoggedRecord record) => Known(record).Reason is null;

    private KnownRecord Known(LoggedRecord record) => known.At(record.Record.Coordinates)!;
}
