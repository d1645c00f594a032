using System.Text.Json.Serialization;

namespace FunctionsConsumers.Audit;

/// <summary>The audit's result; the contract, section 7, says what each number counts.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Records">Records between the audit's start and the end seen.</param>
/// <param name="DistinctOrders">Valid orders by id.</param>
/// <param name="Poison">Records that are no order, or that no group can apply.</param>
/// <param name="Unaudited">Effects, over all groups, whose record the log does not hold any more: neither lost nor doubled.</param>
/// <param name="Findings">What is not good, each thing by itself.</param>
/// <param name="Groups">Each group's numbers.</param>
/// <param name="Verdict">The whole in one sentence.</param>
/// <param name="Ok">Whether nothing is lost, doubled, pending or still in an outbox, and the stock is right.</param>
internal sealed record AuditReport(
    string Topic, long Records, long DistinctOrders, long Poison, long Unaudited, IReadOnlyList<Finding> Findings,
    IReadOnlyList<GroupReport> Groups, string Verdict, bool Ok)
{
    /// <summary>What was healed before the audit, with <c>--heal</c>; else null, and no member of the JSON.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<HealedGroup>? Healed { get; init; }
}

/// <summary>
/// A group's numbers. Of the records each counts once: as applied, duplicate, dead-lettered or pending, or as none of them
/// where it was passed over, skipped or lost.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="Applied">Effect rows with <c>State</c> = <c>applied</c> whose record was read.</param>
/// <param name="Duplicates">Records settled by another record's effect.</param>
/// <param name="DeadLettered">Records with a row with <c>State</c> = <c>dead-lettered</c>, without those that were applied.</param>
/// <param name="Outbox">Messages still in the outbox.</param>
/// <param name="Pending">Records above the committed offset that nothing has settled yet.</param>
/// <param name="Lost">Orders without their effect, records without their dead letter, effects with other content.</param>
/// <param name="Doubled">Effects too many, and effects of no order.</param>
/// <param name="StockOff">By how much the stock's counters are wrong, summed over the products; 0 for groups that keep none.</param>
/// <param name="Skipped">Records that a person had the group pass over; no member of the JSON where there are none.</param>
internal sealed record GroupReport(
    string Group, long Applied, long Duplicates, long DeadLettered, long Outbox, long Pending, long Lost, long Doubled, long StockOff,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Skipped = 0)
{
    /// <summary>Whether nothing is lost, doubled, pending or still in the outbox, and the stock is right.</summary>
    [JsonIgnore]
    public bool Ok => Lost == 0 && Doubled == 0 && StockOff == 0 && Pending == 0 && Outbox == 0;
}

/// <summary>What healing found in a group.</summary>
/// <param name="Group">The group.</param>
/// <param name="Found">Records below the committed offset that were not known to be finished.</param>
/// <param name="Healed">Those of them that had no effect and no dead letter, and have one now.</param>
/// <param name="Dropped">Offsets that the broker had dropped before they were handled.</param>
internal sealed record HealedGroup(string Group, long Found, long Healed, long Dropped);
