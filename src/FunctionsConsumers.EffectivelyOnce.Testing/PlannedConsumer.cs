using FunctionsConsumers.EffectivelyOnce.Hosting;
using FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

namespace FunctionsConsumers.EffectivelyOnce.Testing;

/// <summary>
/// Somebody's own consumer in the hosts of a world; what is known of its records is what it planned for them beforehand.
/// </summary>
internal sealed class PlannedConsumer<TEvent>(World world, ExpectedRecords<TEvent> expected) : ConsumerUnderTest
{
    public override string Group => expected.Group;

    public override string? EffectKind => expected.EffectKind;

    public override string SubjectExistsReason => expected.Decoder.SubjectExistsReason;

    public override IReadOnlyDictionary<string, InDoubtPolicy?> KindsOf(Life life) => expected.Kinds;

    public override IConsumerGroup MakeGroup(Life life, GroupParts parts) =>
        parts.Group(new WatchedConsumer<TEvent>(expected.Consumer(life.Time), expected, world, life.Name), expected.Decoder, life.Time);

    public override bool MayBeApplied(LoggedRecord record) => Known(record).Plan is not null;

    public override Plan PlanOf(LoggedRecord record) => Known(record).Plan!;

    public override IEnumerable<string> ReasonsOf(LoggedRecord record, bool isKnown, bool isTaken, object? reference) =>
        Known(record).Reason is { } reason ? [reason] : [];

    public override bool IsRightEnd(LoggedRecord record, bool isApplied, string? reason) =>
        Known(record).Reason is null ? isApplied != reason is not null : !isApplied && reason is not null;

    public override bool IsJudgedByItsSubject(LoggedRecord record) => true;

    public override bool HangsOnNothingElse(LoggedRecord record) => Known(record).Reason is null;

    private ExpectedRecord Known(LoggedRecord record) => expected.At(record.Record.Coordinates)!;
}
