using System.Globalization;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Tables;

namespace FunctionsConsumers.Audit.Verdicts;

/// <summary>Judges what was read. Pure: the same readings always give the same verdict.</summary>
internal static class Verdict
{
    /// <summary>Judges the topic's side: which payloads are orders once the catalog is known.</summary>
    /// <param name="log">What was read from the topic.</param>
    /// <param name="catalog">The catalog's products.</param>
    /// <returns>The number of distinct orders, and of records that are no order.</returns>
    public static (long DistinctOrders, long Poison) Count(LogReading log, CatalogReading catalog)
    {
        long distinct = 0;
        long poison = log.Unreadable.Count;
        foreach (var order in log.Orders.Values)
        {
            var valid = false;
            foreach (var payload in order.Payloads)
            {
                var isOrder = catalog.Allows(payload.Order);
                valid |= isOrder;
                poison += isOrder ? 0 : payload.Records.Count;
            }

            distinct += valid ? 1 : 0;
        }

        return (distinct, poison);
    }

    /// <summary>Judges one group.</summary>
    /// <param name="log">What was read from the topic.</param>
    /// <param name="catalog">The catalog's products.</param>
    /// <param name="table">What was read from the group's table.</param>
    /// <param name="committed">The group's committed offsets by partition; absent where it never committed.</param>
    /// <param name="findings">Takes one line for each thing that is not good.</param>
    /// <returns>The group's numbers.</returns>
    public static GroupReport Judge(LogReading log, CatalogReading catalog, TableReading table, IReadOnlyDictionary<int, long> committed, Findings findings) =>
        new GroupVerdict(log, catalog, table, committed, findings).Judge();
}

/// <summary>Collects what is not good, in words, and keeps no more of it than a person reads.</summary>
/// <param name="most">How many lines are kept.</param>
internal sealed class Findings(int most)
{
    private readonly List<string> _lines = [];

    /// <summary>The first lines.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>How many there were.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a line.</summary>
    /// <param name="line">The line.</param>
    public void Add(FormattableString line)
    {
        Count++;
        if (_lines.Count < most)
        {
            _lines.Add(line.ToString(CultureInfo.InvariantCulture));
        }
    }
}
