using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Spilling;
using FunctionsConsumers.Audit.Tables;

namespace FunctionsConsumers.Audit.Verdicts;

/// <summary>
/// One group's verdict. A record counts against the group only once its offset is below the committed one: until then it
/// is pending, and neither lost nor expected in the stock. Judges one share of the orders after the other, and finds the same
/// in the same order as if it had judged all at once.
/// </summary>
internal sealed class GroupVerdict
{
    private readonly LogReading _log;
    private readonly CatalogReading _catalog;
    private readonly TableReading _table;
    private readonly IReadOnlyDictionary<int, long> _committed;
    private readonly EffectOrigins _origins;
    private readonly FindingList _findings;
    private readonly int _group;
    private readonly Dictionary<string, long> _expectedStock = new(StringComparer.Ordinal);
    private readonly long[] _fates = new long[Enum.GetValues<Fate>().Length];
    private IReadOnlyDictionary<(int Partition, long Offset), Fingerprint?> _deadLetters =
        new Dictionary<(int Partition, long Offset), Fingerprint?>();

    private long _effects;
    private long _unaudited;
    private long _lost;
    private long _doubled;
    private long _stockOff;

    public GroupVerdict(LogReading log, CatalogReading catalog, TableReading table, GroupPosition progress)
    {
        (_log, _catalog, _table, _committed) = (log, catalog, table, progress.Committed);
        _origins = new EffectOrigins(log, progress.LogEnds);
        _findings = new FindingList(table.Group, log.Topic);
        _group = log.Groups.ToList().IndexOf(table.Group);
    }

    public GroupFound Judge(CancellationToken cancellationToken)
    {
        using var deadLetters = new DeadLetterShares(_log, _table, cancellationToken);
        for (var share = 0; share < Spill.Shares; share++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _deadLetters = deadLetters.Share(share);
            JudgeShare(_log.Share(share), _table.Effects(share));
        }

        if (EffectRules.KeepsStock(_table.Group))
        {
            JudgeStock();
        }

        var report = new GroupReport(
            _table.Group, _effects, Count(Fate.Duplicate), Count(Fate.DeadLettered), _table.Messages, Count(Fate.Pending), _lost, _doubled,
            _stockOff, Count(Fate.Skipped));
        FindWaiting(report);
        return new GroupFound(report, _unaudited, _findings.InOrder());
    }

    private void JudgeShare(LogShare share, IReadOnlyDictionary<string, List<EffectRow>> effects)
    {
        foreach (var record in share.Unreadable)
        {
            _findings.Begin(FindingPart.Records, record.Place);
            JudgeDeadLetter(record, null, "can be applied by no group");
        }

        foreach (var (id, order) in share.Orders)
        {
            _findings.Begin(FindingPart.Orders, order.Place);
            JudgeOrder(id, order, effects.GetValueOrDefault(id) ?? []);
        }

        foreach (var (id, rows) in effects)
        {
            _findings.Begin(FindingPart.Effects, rows[0].Place.Range, rows[0].Place.Row);
            JudgeEffects(id, rows, share.Orders.GetValueOrDefault(id));
        }

        foreach (var record in share.Records)
        {
            _fates[(int)FateOf(record)]++;
        }
    }

    private long Count(Fate fate) => _fates[(int)fate];

    private void JudgeOrder(string id, LoggedOrder order, List<EffectRow> effects)
    {
        // Of two conflicting orders with one id, the row's fingerprint says which one stands.
        var (effect, standing) = Standing(order, effects);
        if (effect is null)
        {
            // A lost order counts once, however often it was sent.
            var sent = order.Payloads.Where(payload => _catalog.Allows(payload.Order)).SelectMany(payload => payload.Records)
                .FirstOrDefault(record => record.IsApplicable && IsSettled(record));
            if (sent is not null)
            {
                Lose(id, sent, $"order {id} has no effect");
                ExpectStock(Valid(order)!.Order.Lines);
            }

            foreach (var record in order.Payloads.SelectMany(payload => payload.Records).Where(record => !record.IsApplicable
                || !_catalog.Allows(record.Payload!.Order)))
            {
                JudgeDeadLetter(record, id, record.IsApplicable ? "orders a product the catalog does not know, or a sum it does not allow"
                    : "has an idempotency key that is too long");
            }

            return;
        }

        if (standing is not null)
        {
            standing.IsStanding = true;
            if (EffectRules.Difference(_table.Group, standing.Order, effect.Content) is { } difference)
            {
                Lose(id, standing.Records[0], $"order {id}: {difference}");
            }
        }

        if (effect.Topic == _log.Topic)
        {
            var told = standing ?? (_origins.Of(order, effect) == EffectOrigin.None ? Valid(order) : null);
            ExpectStock(told?.Order.Lines ?? effect.Content.Lines ?? []);
        }

        foreach (var payload in order.Payloads)
        {
            if (payload != standing)
            {
                foreach (var record in payload.Records)
                {
                    JudgeDeadLetter(record, id, $"is another order under the id {id}");
                }
            }
        }
    }

    private LoggedPayload? Valid(LoggedOrder order) => order.Payloads.FirstOrDefault(
        payload => _catalog.Allows(payload.Order) && payload.Records.Exists(record => record.IsApplicable));

    private static (EffectRow? Effect, LoggedPayload? Payload) Standing(LoggedOrder order, List<EffectRow> effects)
    {
        foreach (var effect in effects)
        {
            foreach (var payload in order.Payloads)
            {
                if (payload.IsOf(effect.Fingerprint))
                {
                    return (effect, payload);
                }
            }
        }

        return (effects.Count > 0 ? effects[0] : null, null);
    }

    private void JudgeEffects(string id, List<EffectRow> effects, LoggedOrder? order)
    {
        foreach (var effect in effects)
        {
            var origin = _origins.Of(order, effect);
            _effects += origin is EffectOrigin.Read or EffectOrigin.None ? 1 : 0;
            _unaudited += origin == EffectOrigin.Gone ? 1 : 0;
            if (origin == EffectOrigin.Read)
            {
                EffectOrigins.ReadFrom(order, effect)!.IsApplied = true;
            }
            else if (origin == EffectOrigin.None)
            {
                var whence = order is not null ? "comes from a payload that no record carries" : "belongs to no order";
                Double(id, effect, 1, $"the effect of {id} in {effect.Bucket} {whence}");
            }
        }

        if (effects.Count > 1)
        {
            Double(id, effects[1], effects.Count - 1,
                $"order {id} has {effects.Count} effects, in {string.Join(" and ", effects.Select(effect => effect.Bucket))}");
        }

        // Effects of orders that stand outside of what was read are somebody else's, and known only by their rows.
        if (order is null && effects[0].Topic == _log.Topic && _origins.Of(order, effects[0]) != EffectOrigin.None)
        {
            ExpectStock(effects[0].Content.Lines ?? []);
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
                _stockOff += Math.Abs(found - expected);
                _findings.AddOfAll(FindingKinds.StockOff, $"{found} of {product} are reserved, {expected} are ordered");
            }
        }
    }

    private void JudgeDeadLetter(LoggedRecord record, string? orderId, string what)
    {
        if (IsSettled(record) && !HasDeadLetter(record))
        {
            Lose(orderId, record, $"{_log.Topic}:{record.Partition}:{record.Offset} {what} and has no dead letter");
        }
    }

    private void FindWaiting(GroupReport report)
    {
        if (report.Pending > 0)
        {
            _findings.AddOfAll(FindingKinds.Pending, $"{report.Pending} records are above the committed offset and not handled yet");
        }

        if (report.Outbox > 0)
        {
            _findings.AddOfAll(FindingKinds.Outbox, $"{report.Outbox} messages are still in the outbox: fc outbox list shows them");
        }
    }

    private Fate FateOf(LoggedRecord record) =>
        record.IsApplied ? Fate.Applied
        : HasDeadLetter(record) ? Fate.DeadLettered
        : !IsCommitted(record) ? Fate.Pending
        : !record.IsMeantFor(_group) ? Fate.PassedOver
        : record.Payload is { IsStanding: true } ? Fate.Duplicate
        : IsSkipped(record) ? Fate.Skipped
        : Fate.Lost;

    private bool HasDeadLetter(LoggedRecord record) =>
        _deadLetters.TryGetValue((record.Partition, record.Offset), out var fingerprint)
        && (fingerprint is null || fingerprint == record.Spelling || fingerprint == record.Meaning);

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

    // Whether the group has to have done something about the record by now.
    private bool IsSettled(LoggedRecord record) => record.IsMeantFor(_group) && IsCommitted(record) && !IsSkipped(record);

    private bool IsSkipped(LoggedRecord record) => _table.Skipped.Exists(skipped => skipped.Topic == _log.Topic
        && skipped.Partition == record.Partition && record.Offset >= skipped.From && record.Offset < skipped.To
        && record.WrittenAt <= skipped.At);

    private bool IsCommitted(LoggedRecord record) => record.Offset < _committed.GetValueOrDefault(record.Partition, 0);

    private void Lose(string? orderId, LoggedRecord record, FormattableString what)
    {
        _lost++;
        _findings.Add(FindingKinds.Lost, orderId, _log.Topic, record.Partition, record.Offset, what);
    }

    private void Double(string orderId, EffectRow effect, int times, FormattableString what)
    {
        _doubled += times;
        _findings.Add(FindingKinds.Doubled, orderId, effect.Topic, effect.Partition, effect.Offset, what);
    }

    // What became of a record; each has exactly one.
    private enum Fate
    {
        Applied,
        Duplicate,
        DeadLettered,
        PassedOver,
        Pending,
        Skipped,
        Lost,
    }
}
