using System.Globalization;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Spilling;
using FunctionsConsumers.Audit.Tables;

namespace FunctionsConsumers.Audit.Verdicts;

/// <summary>Judges what was read. Pure: the same readings always give the same verdict.</summary>
internal static class Verdict
{
    /// <summary>Judges the topic's side: which payloads are orders once the catalog is known.</summary>
    /// <param name="log">What was read from the topic.</param>
    /// <param name="catalog">The catalog's products.</param>
    /// <param name="cancellationToken">Ends the counting.</param>
    /// <returns>The number of distinct orders, and of records that are no order.</returns>
    public static (long DistinctOrders, long Poison) Count(
        LogReading log, CatalogReading catalog, CancellationToken cancellationToken = default)
    {
        long distinct = 0;
        long poison = 0;
        for (var share = 0; share < Spill.Shares; share++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = log.Share(share);
            poison += read.Unreadable.Count;
            foreach (var order in read.Orders.Values)
            {
                long good = 0;
                foreach (var payload in order.Payloads)
                {
                    var applicable = catalog.Allows(payload.Order) ? payload.Records.LongCount(record => record.IsApplicable) : 0;
                    good += applicable;
                    poison += payload.Records.Count - applicable;
                }

                distinct += good > 0 ? 1 : 0;
            }
        }

        return (distinct, poison);
    }

    /// <summary>Judges one group.</summary>
    /// <param name="log">What was read from the topic.</param>
    /// <param name="catalog">The catalog's products.</param>
    /// <param name="table">What was read from the group's table.</param>
    /// <param name="progress">How far the group and the log were when the table had been read.</param>
    /// <param name="findings">Takes each thing that is not good.</param>
    /// <param name="cancellationToken">Ends the judging.</param>
    /// <returns>The group's numbers, and how many of its effects come from records that the log does not hold any more.</returns>
    public static (GroupReport Report, long Unaudited) Judge(
        LogReading log, CatalogReading catalog, TableReading table, GroupPosition progress, List<Finding> findings,
        CancellationToken cancellationToken = default)
    {
        var found = new GroupVerdict(log, catalog, table, progress).Judge(cancellationToken);
        findings.AddRange(found.Findings);
        return (found.Report, found.Unaudited);
    }

    /// <summary>Says the whole in one sentence.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="groups">Each group's numbers.</param>
    /// <param name="unaudited">Effects whose record the log does not hold any more.</param>
    /// <param name="gone">Offsets that the broker no longer holds; null where it holds all that was asked about.</param>
    /// <param name="behind">The groups that did not reach the end in time, with their records to go; null where all did.</param>
    /// <returns>The sentence.</returns>
    public static string Sentence(string topic, IReadOnlyList<GroupReport> groups, long unaudited, string? gone, string? behind)
    {
        var faults = groups.SelectMany(Faults).ToList();
        var sentence = (behind, faults.Count) switch
        {
            ({ } lag, _) => $"The audit of {topic} is not finished: the groups did not reach the end in time (records to go: {lag})"
                + (faults.Count == 0 ? "" : $", and so far {string.Join("; ", faults)}"),
            (null, 0) => $"Every record of {topic} was handled once by {string.Join(", ", groups.Select(group => group.Group))}",
            _ => $"Not every record of {topic} was handled once: {string.Join("; ", faults)}",
        };
        var skipped = groups.Sum(group => group.Skipped);
        return sentence
            + (skipped == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", but for {skipped} that were skipped on purpose"))
            + (unaudited == 0 ? ""
                : string.Create(CultureInfo.InvariantCulture,
                $"; {unaudited} effects come from records that the log does not hold any more, and were not audited"))
            + (gone is null ? "" : $"; the broker no longer holds {gone}, and the verdict is on what it holds") + ".";
    }

    private static IEnumerable<string> Faults(GroupReport group)
    {
        (long Count, string What)[] faults =
        [
            (group.Lost, "lost"), (group.Doubled, "doubled"), (group.StockOff, "pieces off in the stock"), (group.Pending, "pending"),
            (group.Outbox, "still in the outbox"),
        ];
        var named = faults.Where(fault => fault.Count > 0).Select(
            fault => string.Create(CultureInfo.InvariantCulture, $"{fault.Count} {fault.What}")).ToList();
        return named.Count == 0 ? [] : [$"{group.Group} has {string.Join(", ", named)}"];
    }
}

/// <summary>How far a group and the log were.</summary>
/// <param name="Committed">The group's committed offsets by partition; absent where it never committed.</param>
/// <param name="LogEnds">One above the last offset of each partition, asked for after the table was read: an effect at or
/// above it comes from a topic of that name before this one.</param>
internal sealed record GroupPosition(IReadOnlyDictionary<int, long> Committed, IReadOnlyDictionary<int, long> LogEnds);

/// <summary>What was found out about one group.</summary>
/// <param name="Report">The group's numbers.</param>
/// <param name="Unaudited">How many of its effects come from records that the log does not hold any more.</param>
/// <param name="Findings">Each thing that is not good, in the order of reading.</param>
internal sealed record GroupFound(GroupReport Report, long Unaudited, IEnumerable<Finding> Findings);
