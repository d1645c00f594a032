using Confluent.Kafka;
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
    private readonly Dictionary<(int Partition, long Offset), LoggedRecord> _records = [];
    private readonly List<LoggedRecord> _unreadable = [];
    private readonly Dictionary<int, PartitionRange> _ranges = [];

    /// <summary>The topic.</summary>
    public string Topic { get; } = topic;

    /// <summary>The consumer groups that were asked about.</summary>
    public IReadOnlyList<string> Groups { get; } = groups;

    /// <summary>The orders by their ids.</summary>
    public IReadOnlyDictionary<string, LoggedOrder> Orders => _orders;

    /// <summary>The records that no group can apply, whatever the catalog says: no order, or redriven for no group.</summary>
    public IReadOnlyList<LoggedRecord> Unreadable => _unreadable;

    /// <summary>All records.</summary>
    public IReadOnlyCollection<LoggedRecord> Records => _records.Values;

    /// <summary>What was read of each partition.</summary>
    public IReadOnlyDictionary<int, PartitionRange> Ranges => _ranges;

    /// <summary>The number of records.</summary>
    public long RecordCount => _records.Count;

    /// <summary>Says what is going to be read of a partition.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="asked">The first offset that was asked about.</param>
    /// <param name="start">The first offset that the log holds of them.</param>
    /// <param name="end">One above the last offset.</param>
    public void Cover(int partition, long asked, long start, long end) =>
        _ranges[partition] = new PartitionRange(asked, start, end, start);

    /// <summary>The record at an offset.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="offset">The offset.</param>
    /// <returns>The record; null where none was read.</returns>
    public LoggedRecord? At(int partition, long offset) => _records.GetValueOrDefault((partition, offset));

    /// <summary>Takes in one record.</summary>
    /// <param name="partition">Its partition, covered before.</param>
    /// <param name="offset">Its offset.</param>
    /// <param name="writtenAt">Its timestamp, UTC.</param>
    /// <param name="value">Its value; null for a tombstone.</param>
    /// <param name="headers">Its headers; null for none.</param>
    public void Add(int partition, long offset, DateTime writtenAt, byte[]? value, Headers? headers)
    {
        _ranges[partition] = _ranges[partition] with { AfterLastRecord = offset + 1 };
        var spelling = Fingerprint.Of(value);
        var order = _reader.Read(value);
        Fingerprint? meaning = order is null ? null : OrderMeaning.FingerprintOf(order);
        var meantFor = RecordHeaders.MeantFor(headers, Groups);
        if (order is null || meantFor is null)
        {
            _unreadable.Add(_records[(partition, offset)] = new LoggedRecord(partition, offset, writtenAt, meantFor ?? uint.MaxValue,
                spelling) { Meaning = meaning });
            return;
        }

        if (!_orders.TryGetValue(order.Id, out var logged))
        {
            _orders.Add(order.Id, logged = new LoggedOrder());
        }

        var payload = logged.PayloadOf(meaning!.Value, order);
        payload.Records.Add(_records[(partition, offset)] = new LoggedRecord(partition, offset, writtenAt, meantFor.Value, spelling)
        {
            Meaning = meaning,
            Payload = payload,
            IsApplicable = !RecordHeaders.GiveTooLongAKey(headers),
        });
    }
}

/// <summary>What was read of a partition.</summary>
/// <param name="Asked">The first offset that was asked about.</param>
/// <param name="Start">The first offset that the log holds of them.</param>
/// <param name="End">One above the last offset: the end seen when the audit began.</param>
/// <param name="AfterLastRecord">One above the last record that is there: below <paramref name="End" /> where the log
/// ends in control records. A group that has committed this much has nothing left to do.</param>
internal readonly record struct PartitionRange(long Asked, long Start, long End, long AfterLastRecord);
