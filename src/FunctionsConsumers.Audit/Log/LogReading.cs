using System.Text;
using FunctionsConsumers.Audit.Orders;

namespace FunctionsConsumers.Audit.Log;

/// <summary>
/// What the audit read from the topic: every record between the audit's start and the end seen, by order. Holds what the
/// verdict needs of each record and nothing more, a few hundred bytes for an order.
/// </summary>
/// <param name="topic">The topic.</param>
/// <param name="groups">The consumer groups, at most 32.</param>
internal sealed class LogReading(string topic, IReadOnlyList<string> groups)
{
    private readonly OrderReader _reader = new();
    private readonly Dictionary<string, LoggedOrder> _orders = new(StringComparer.Ordinal);
    private readonly List<LoggedRecord> _unreadable = [];
    private readonly Dictionary<int, PartitionRange> _ranges = [];

    /// <summary>The topic.</summary>
    public string Topic { get; } = topic;

    /// <summary>The consumer groups that were asked about.</summary>
    public IReadOnlyList<string> Groups { get; } = groups;

    /// <summary>The orders by their ids.</summary>
    public IReadOnlyDictionary<string, LoggedOrder> Orders => _orders;

    /// <summary>The records that are no order whatever the catalog says.</summary>
    public IReadOnlyList<LoggedRecord> Unreadable => _unreadable;

    /// <summary>What was read of each partition.</summary>
    public IReadOnlyDictionary<int, PartitionRange> Ranges => _ranges;

    /// <summary>The number of records.</summary>
    public long RecordCount { get; private set; }

    /// <summary>Says what is going to be read of a partition.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="start">The first offset.</param>
    /// <param name="end">One above the last offset.</param>
    public void Cover(int partition, long start, long end) => _ranges[partition] = new PartitionRange(start, end, start);

    /// <summary>Takes in one record.</summary>
    /// <param name="partition">Its partition, covered before.</param>
    /// <param name="offset">Its offset.</param>
    /// <param name="value">Its value; null for a tombstone.</param>
    /// <param name="redriveGroup">The last header <c>redrive-group</c>; null where there is none.</param>
    public void Add(int partition, long offset, byte[]? value, byte[]? redriveGroup)
    {
        RecordCount++;
        _ranges[partition] = _ranges[partition] with { AfterLastRecord = offset + 1 };
        var record = new LoggedRecord(partition, offset, MeantFor(redriveGroup));
        if (_reader.Read(value) is not { } order)
        {
            _unreadable.Add(record);
            return;
        }

        if (!_orders.TryGetValue(order.Id, out var logged))
        {
            _orders.Add(order.Id, logged = new LoggedOrder());
        }

        logged.Add(Fingerprint.Of(value), order, record);
    }

    // A redriven record is meant for one group, and the others pass over it.
    private uint MeantFor(byte[]? redriveGroup)
    {
        if (redriveGroup is not { Length: > 0 })
        {
            return uint.MaxValue;
        }

        var name = Encoding.UTF8.GetString(redriveGroup);
        for (var i = 0; i < Groups.Count; i++)
        {
            if (Groups[i] == name)
            {
                return 1U << i;
            }
        }

        return 0;
    }
}

/// <summary>What was read of a partition.</summary>
/// <param name="Start">The first offset that was asked for.</param>
/// <param name="End">One above the last offset: the end seen when the audit began.</param>
/// <param name="AfterLastRecord">One above the last record that is there: below <paramref name="End" /> where the log
/// ends in control records. A group that has committed this much has nothing left to do.</param>
internal readonly record struct PartitionRange(long Start, long End, long AfterLastRecord);

/// <summary>Where a record stands, and for whom it is meant.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The offset.</param>
/// <param name="MeantFor">A bit for each group.</param>
internal readonly record struct LoggedRecord(int Partition, long Offset, uint MeantFor)
{
    /// <summary>Whether a group has to handle the record.</summary>
    /// <param name="group">The group's position.</param>
    /// <returns>Whether it has to.</returns>
    public bool IsMeantFor(int group) => (MeantFor & (1U << group)) != 0;
}

/// <summary>All records with one order id; usually one payload, in one record.</summary>
internal sealed class LoggedOrder
{
    private readonly List<LoggedPayload> _payloads = new(1);

    /// <summary>The different payloads, in the order in which they were read.</summary>
    public IReadOnlyList<LoggedPayload> Payloads => _payloads;

    /// <summary>Adds a record.</summary>
    /// <param name="fingerprint">The fingerprint of its value.</param>
    /// <param name="order">What the value says.</param>
    /// <param name="record">Where it stands.</param>
    public void Add(Fingerprint fingerprint, AuditedOrder order, LoggedRecord record)
    {
        var payload = _payloads.Find(candidate => candidate.Fingerprint == fingerprint);
        if (payload is null)
        {
            _payloads.Add(payload = new LoggedPayload(fingerprint, order));
        }

        payload.Records.Add(record);
    }
}

/// <summary>One payload and the records that carry it.</summary>
/// <param name="fingerprint">The payload's fingerprint.</param>
/// <param name="order">What the payload says.</param>
internal sealed class LoggedPayload(Fingerprint fingerprint, AuditedOrder order)
{
    /// <summary>The payload's fingerprint.</summary>
    public Fingerprint Fingerprint { get; } = fingerprint;

    /// <summary>What the payload says.</summary>
    public AuditedOrder Order { get; } = order;

    /// <summary>The records.</summary>
    public List<LoggedRecord> Records { get; } = new(1);
}
