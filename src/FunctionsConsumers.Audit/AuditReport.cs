using System.Text.Json.Serialization;

namespace FunctionsConsumers.Audit;

/// <summary>The audit's result; the contract, section 7, says what each number counts.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Records">Records between the audit's start and the end seen.</param>
/// <param name="DistinctOrders">Valid orders by id.</param>
/// <param name="Poison">Records that are no order.</param>
/// <param name="Groups">Each group's numbers.</param>
/// <param name="Ok">Whether nothing is lost, doubled, pending or still in an outbox.</param>
internal sealed record AuditReport(string Topic, long Records, long DistinctOrders, long Poison, IReadOnlyList<GroupReport> Groups, bool Ok)
{
    /// <summary>What was healed before the audit, with <c>--heal</c>; else null, and no member of the JSON.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<HealedGroup>? Healed { get; init; }
}

/// <summary>A group's numbers.</summary>
/// <param name="Group">The group.</param>
/// <param name="Applied">Effect rows with <c>State</c> = <c>applied</c>.</param>
/// <param name="Duplicates">Records less applied less dead-lettered.</param>
/// <param name="DeadLettered">Rows with <c>State</c> = <c>dead-lettered</c>, without those whose record was applied.</param>
/// <param name="Outbox">Rows still in the outbox.</param>
/// <param name="Pending">Records above the committed offset.</param>
/// <param name="Lost">Orders without their effect, records without their dead letter, effects with other content.</param>
/// <param name="Doubled">Effects too many, effects of no order, and the error of the stock sums.</param>
internal sealed record GroupReport(string Group, long Applied, long Duplicates, long DeadLettered, long Outbox, long Pending, long Lost, long Doubled)
{
    /// <summary>Whether nothing is lost, doubled, pending or still in the outbox.</summary>
    [JsonIgnore]
    public bool Ok => Lost == 0 && Doubled == 0 && Pending == 0 && Outbox == 0;
}

/// <summary>What healing found in a group.</summary>
/// <param name="Group">The group.</param>
/// <param name="Found">Records below the committed offset that were not known to be finished.</param>
/// <param name="Healed">Those of them that had no effect and no dead letter, and have one now.</param>
/// <param name="Dropped">Offsets that the broker had dropped before they were handled.</param>
internal sealed record HealedGroup(string Group, long Found, long Healed, long Dropped);
