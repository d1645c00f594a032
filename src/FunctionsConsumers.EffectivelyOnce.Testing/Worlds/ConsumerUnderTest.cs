using FunctionsConsumers.EffectivelyOnce.Hosting;

namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>
/// The consumer that runs in a world's hosts, and what is known of its records beforehand: what each is to lead to, and
/// what it may not. The oracle judges by that, and never by what a host made of a record.
/// </summary>
internal abstract class ConsumerUnderTest
{
    /// <summary>The consumer group.</summary>
    public abstract string Group { get; }

    /// <summary>The kind of the effects' rows; null for a consumer that keeps keys alone.</summary>
    public abstract string? EffectKind { get; }

    /// <summary>The reason of a dead letter whose subject has another event already, under another key.</summary>
    public abstract string SubjectExistsReason { get; }

    /// <summary>The reference data as they are now; null where events hang on none.</summary>
    public virtual object? Reference => null;

    /// <summary>The kinds of messages that a host can send, beside dead letters, and the policy of each; null for the setting's.</summary>
    public abstract IReadOnlyDictionary<string, InDoubtPolicy?> KindsOf(Life life);

    /// <summary>The group in a host.</summary>
    public abstract IConsumerGroup MakeGroup(Life life, GroupParts parts);

    /// <summary>Whether a record may be applied, as the reference data are now.</summary>
    public abstract bool MayBeApplied(LoggedRecord record);

    /// <summary>What a record's effects are, were it applied.</summary>
    public abstract Plan PlanOf(LoggedRecord record);

    /// <summary>The reasons for which a record may become a dead letter, beside another event on its subject.</summary>
    /// <param name="record">The record.</param>
    /// <param name="isKnown">Whether the same event had its effect when the delivery began.</param>
    /// <param name="isTaken">Whether any event had that subject when the delivery began.</param>
    /// <param name="reference">The reference data when the delivery began.</param>
    public abstract IEnumerable<string> ReasonsOf(LoggedRecord record, bool isKnown, bool isTaken, object? reference);

    /// <summary>Whether a record ended as it should.</summary>
    /// <param name="record">The record.</param>
    /// <param name="isApplied">Whether it, or the same event, has its effect.</param>
    /// <param name="reason">Why it is a dead letter; null where it is none.</param>
    public abstract bool IsRightEnd(LoggedRecord record, bool isApplied, string? reason);

    /// <summary>Whether a conflict with the subject's row is judged before anything else that may be wrong with a record.</summary>
    public abstract bool IsJudgedByItsSubject(LoggedRecord record);

    /// <summary>Whether nothing but its subject's row decides whether a record is applied.</summary>
    public abstract bool HangsOnNothingElse(LoggedRecord record);

    /// <summary>What else can happen in the world, and how likely it is.</summary>
    public virtual IEnumerable<(int Weight, Action Act)> Happenings() => [];
}
