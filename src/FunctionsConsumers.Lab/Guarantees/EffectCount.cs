using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Spilling;
using FunctionsConsumers.Audit.Tables;

namespace FunctionsConsumers.Lab.Guarantees;

/// <summary>
/// What the topic says should be there and what the tables hold, counted alike whatever wrote them. The readings are the
/// audit's own; its verdict knows idempotency keys, which two of the three guarantees have not.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="Effects">Rows of effects.</param>
/// <param name="Lost">Orders without an effect.</param>
/// <param name="Doubled">Effects beyond an order's first, and effects of no order.</param>
/// <param name="StockOff">By how much the stock's counters are wrong, summed over the products; 0 for groups that keep none.</param>
internal sealed record EffectCount(string Group, long Effects, long Lost, long Doubled, long StockOff)
{
    /// <summary>Counts a group. <paramref name="log" /> is what was read from the topic, every record of it an order.</summary>
    public static EffectCount Of(LogReading log, TableReading table)
    {
        long effects = 0;
        long doubled = 0;
        long lost = 0;
        var off = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var share = 0; share < Spill.Shares; share++)
        {
            var (orders, found) = (log.Share(share).Orders, table.Effects(share));
            foreach (var (id, rows) in found)
            {
                effects += rows.Count;
                doubled += rows.Count - (orders.ContainsKey(id) ? 1 : 0);
            }

            lost += orders.Keys.LongCount(id => !found.ContainsKey(id));
            foreach (var (product, quantity) in orders.Values.SelectMany(
                order => EffectRules.Quantities(order.Payloads[0].Order.Lines)))
            {
                off[product] = off.GetValueOrDefault(product) - quantity;
            }
        }

        foreach (var ((product, _), reserved) in table.Reserved)
        {
            off[product] = off.GetValueOrDefault(product) + reserved;
        }

        return new EffectCount(
            table.Group, effects, lost, doubled, EffectRules.KeepsStock(table.Group) ? off.Values.Sum(Math.Abs) : 0);
    }
}
