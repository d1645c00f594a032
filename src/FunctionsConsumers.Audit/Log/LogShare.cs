using FunctionsConsumers.Audit.Orders;

namespace FunctionsConsumers.Audit.Log;

/// <summary>A share of what was read from the topic: some of the orders, each with all of its records.</summary>
internal sealed class LogShare
{
    private readonly Dictionary<string, LoggedOrder> _orders = new(StringComparer.Ordinal);
    private readonly List<LoggedRecord> _records = [];
    private readonly List<LoggedRecord> _unreadable = [];

    /// <summary>The orders by their ids.</summary>
    public IReadOnlyDictionary<string, LoggedOrder> Orders => _orders;

    /// <summary>The records that no group can apply, whatever the catalog says: no order, or redriven for no group.</summary>
    public IReadOnlyList<LoggedRecord> Unreadable => _unreadable;

    /// <summary>All records.</summary>
    public IReadOnlyList<LoggedRecord> Records => _records;

    /// <summary>Takes in a record, in the order of reading.</summary>
    /// <param name="record">The record.</param>
    /// <param name="order">Its order; null where no group can apply it.</param>
    public void Add(LoggedRecord record, AuditedOrder? order)
    {
        _records.Add(record);
        if (order is null)
        {
            _unreadable.Add(record);
            return;
        }

        if (!_orders.TryGetValue(order.Id, out var logged))
        {
            _orders.Add(order.Id, logged = new LoggedOrder());
        }

        record.Carry(logged.PayloadOf(record.Meaning!.Value, order));
    }
}
