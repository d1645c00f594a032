using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Tables;

namespace FunctionsConsumers.Audit.Verdicts;

/// <summary>
/// One group's verdict. A record counts against the group only once its offset is below the committed one: until then it
/// is pending, and neither lost nor expected in the stock.
/// </summary>
internal sealed class GroupVerdict
{
    private readonly LogReading _log;
    private readonly CatalogReading _catalog;
    private readonly TableReading _table;
    private readonly IReadOnlyDictionary<int, long> _committed;
    private readonly Findings _findings;
    private readonly int _group;
    private readonly Dictionary<string, long> _expectedStock = new(StringComparer.Ordinal);
    private readonly HashSet<(int Partition, long Offset)> _appliedAt = [];

    private long _applied;
    private long _lost;
    private long _doubled;

    public GroupVerdict(LogReading log, CatalogReading catalog, TableReading table, IReadOnlyDictionary<int, long> committed, Findings findings)
    {
        (_log, _catalog, _table, _committed, _findings) = (log, catalog, table, committed, findings);
        _group = log.Groups.ToList().IndexOf(table.Group);
    }

    public GroupReport Judge()
    {
        foreach (var record in _log.Unreadable)
        {
            JudgeDeadLetter(record, "is no order");
        }

        foreach (var (id, order) in _log.Orders)
        {
            JudgeOrder(id, order, _table.Effects.GetValueOrDefault(id) ?? []);
        }

        foreach (var (id, effects) in _table.Effects)
        {
            JudgeEffects(id, effects);
        }

        if (EffectRules.KeepsStock(_table.Group))
        {
            JudgeStock();
        }

        var deadLettered = _table.DeadLetters.LongCount(at => IsInRange(at.Topic, at.Partition, at.Offset) && !_appliedAt.Contains((at.Partition, at.Offset)));
        return new GroupReport(
            _table.Group, _applied, _log.RecordCount - _applied - deadLettered, deadLettered, _table.Messages, CountPending(), _lost, _doubled);
    }

    private void JudgeOrder(string id, LoggedOrder order, List<EffectRow> effects)
    {
        // Of two conflicting orders with one id, the row's fingerprint says which one stands.
        var (effect, standing) = Standing(order, effects);
        var valid = order.Payloads.FirstOrDefault(payload => _catalog.Allows(payload.Order));
        if (effect is null)
        {
            // Whoever lost the whole order has lost one thing, however often it was sent.
            var settled = valid is not null && order.Payloads.Any(payload => _catalog.Allows(payload.Order) && payload.Records.Any(IsSettled));
            if (settled)
            {
                _lost++;
                _findings.Add($"{_table.Group}: order {id} has no effect");
                ExpectStock(valid!.Order.Lines);
            }

            foreach (var payload in order.Payloads.Where(payload => !_catalog.Allows(payload.Order)))
            {
                payload.Records.ForEach(record => JudgeDeadLetter(record, "orders a product the catalog does not know"));
            }

            return;
        }

        if (standing is not null && EffectRules.Difference(_table.Group, standing.Order, effect.Content) is { } difference)
        {
            _lost++;
            _findings.Add($"{_table.Group}: order {id}: {difference}");
        }

        if (effect.Topic == _log.Topic)
        {
            var told = standing ?? (IsInRange(effect) ? valid : null);
            ExpectStock(told?.Order.Lines ?? effect.Content.Lines ?? []);
        }

        foreach (var payload in order.Payloads.Where(payload => payload != standing))
        {
            payload.Records.ForEach(record => JudgeDeadLetter(record, $"is another order under the id {id}"));
        }
    }

    private static (EffectRow? Effect, LoggedPayload? Payload) Standing(LoggedOrder order, List<EffectRow> effects)
    {
        foreach (var effect in effects)
        {
            foreach (var payload in order.Payloads)
            {
                if (payload.Fingerprint == effect.Fingerprint)
                {
                    return (effect, payload);
                }
            }
        }

        return (effects.Count > 0 ? effects[0] : null, null);
    }

    private void JudgeEffects(string id, List<EffectRow> effects)
    {
        foreach (var effect in effects)
        {
            if (IsInRange(effect))
            {
                _applied++;
                _appliedAt.Add((effect.Partition, effect.Offset));
            }
        }

        if (effects.Count > 1)
        {
            _doubled += effects.Count - 1;
            _findings.Add($"{_table.Group}: order {id} has {effects.Count} effects, in {string.Join(" and ", effects.Select(effect => effect.Bucket))}");
        }

        if (!_log.Orders.TryGetValue(id, out var order))
        {
            // Effects of orders that stand outside of what was read are somebody else's, and known only by their rows.
            if (IsInRange(effects[0]))
            {
                _doubled++;
                _findings.Add($"{_table.Group}: the effect of {id} in {effects[0].Bucket} belongs to no order");
            }
            else if (effects[0].Topic == _log.Topic)
            {
                ExpectStock(effects[0].Content.Lines ?? []);
            }
        }
        else if (IsInRange(effects[0]) && Standing(order, effects).Payload is null)
        {
            _doubled++;
            _findings.Add($"{_table.Group}: the effect of {id} in {effects[0].Bucket} comes from a payload that no record carries");
        }
    }

    private void JudgeStock()
    {
        var reserved = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var ((product, topic), quantity) in _table.Reserved)
        {
            if (topic == _log.Topic)
            {
                reserved[product] = reserved.GetValueOrDefault(product) + quantity;
            }
        }

        foreach (var product in reserved.Keys.Union(_expectedStock.Keys).Order(StringComparer.Ordinal))
        {
            var (found, expected) = (reserved.GetValueOrDefault(product), _expectedStock.GetValueOrDefault(product));
            if (found != expected)
            {
                _doubled += Math.Abs(found - expected);
                _findings.Add($"{_table.Group}: {found} of {product} are reserved, {expected} are ordered");
            }
        }
    }

    private void JudgeDeadLetter(LoggedRecord record, string what)
    {
        if (IsSettled(record) && !_table.DeadLetters.Contains((_log.Topic, record.Partition, record.Offset)))
        {
            _lost++;
            _findings.Add($"{_table.Group}: {_log.Topic}:{record.Partition}:{record.Offset} {what} and has no dead letter");
        }
    }

    private long CountPending() =>
        _log.Unreadable.LongCount(record => !IsCommitted(record))
        + _log.Orders.Values.Sum(order => order.Payloads.Sum(payload => payload.Records.LongCount(record => !IsCommitted(record))));

    private void ExpectStock(AuditedLine[] lines)
    {
        if (EffectRules.KeepsStock(_table.Group))
        {
            foreach (var line in lines)
            {
                _expectedStock[line.Product] = _expectedStock.GetValueOrDefault(line.Product) + line.Quantity;
            }
        }
    }

    private bool IsSettled(LoggedRecord record) => record.IsMeantFor(_group) && IsCommitted(record);

    private bool IsCommitted(LoggedRecord record) => record.Offset < _committed.GetValueOrDefault(record.Partition, 0);

    private bool IsInRange(EffectRow effect) => IsInRange(effect.Topic, effect.Partition, effect.Offset);

    private bool IsInRange(string topic, int partition, long offset) =>
        topic == _log.Topic && _log.Ranges.TryGetValue(partition, out var range) && offset >= range.Start && offset < range.End;
}
