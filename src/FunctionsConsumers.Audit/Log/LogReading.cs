using System.Runtime.InteropServices;
using Confluent.Kafka;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Spilling;

namespace FunctionsConsumers.Audit.Log;

/// <summary>
/// What the audit read from the topic: every record between the audit's start and the end seen. Notes what the verdict needs
/// of each record and nothing more, and gives it back by shares of the orders.
/// </summary>
/// <param name="topic">The topic.</param>
/// <param name="groups">The consumer groups, at most 32.</param>
/// <param name="spill">Keeps the notes.</param>
internal sealed class LogReading(string topic, IReadOnlyList<string> groups, Spill spill)
{
    private readonly OrderReader _reader = new();
    private readonly EntryWriter _writer = new();
    private readonly SpilledShares _records = new(spill);
    private readonly RecordIndex _index = new(spill);
    private readonly Dictionary<int, PartitionRange> _ranges = [];
    private byte[] _buffer = [];

    /// <summary>The topic.</summary>
    public string Topic { get; } = topic;

    /// <summary>Keeps the notes of this audit.</summary>
    public Spill Spill { get; } = spill;

    /// <summary>The consumer groups that were asked about.</summary>
    public IReadOnlyList<string> Groups { get; } = groups;

    /// <summary>What was read of each partition.</summary>
    public IReadOnlyDictionary<int, PartitionRange> Ranges => _ranges;

    /// <summary>The number of records.</summary>
    public long RecordCount { get; private set; }

    /// <summary>Says what is going to be read of a partition.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="asked">The first offset that was asked about.</param>
    /// <param name="start">The first offset that the log holds of them.</param>
    /// <param name="end">One above the last offset.</param>
    public void Cover(int partition, long asked, long start, long end) =>
        _ranges[partition] = new PartitionRange(asked, start, end, start);

    /// <summary>Finds out whether there is a record at an offset.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="offset">The offset.</param>
    /// <returns>Where it is noted; null where none was read.</returns>
    public IndexedRecord? Find(int partition, long offset) => _index.Find(partition, offset);

    /// <summary>Takes in one record.</summary>
    /// <param name="partition">Its partition, covered before.</param>
    /// <param name="offset">Its offset, above that of the record before in this partition.</param>
    /// <param name="writtenAt">Its timestamp, UTC.</param>
    /// <param name="value">Its value; null for a tombstone.</param>
    /// <param name="headers">Its headers; null for none.</param>
    public void Add(int partition, long offset, DateTime writtenAt, byte[]? value, Headers? headers)
    {
        ref var range = ref CollectionsMarshal.GetValueRefOrNullRef(_ranges, partition);
        range = range with { AfterLastRecord = offset + 1 };
        var order = _reader.Read(value);
        var meantFor = RecordHeaders.MeantFor(headers, Groups);
        var record = new LoggedRecord(partition, offset, writtenAt, meantFor ?? uint.MaxValue, Fingerprint.Of(value))
        {
            Place = RecordCount,
            Meaning = order is null ? null : OrderMeaning.FingerprintOf(order),
            IsApplicable = !RecordHeaders.GiveTooLongAKey(headers),
        };
        var applied = meantFor is null ? null : order;
        var share = applied is null ? Spill.ShareOf(offset) : Spill.ShareOf(applied.Id);
        LoggedEntry.Write(_writer.Begin(), record, applied);
        _records.Append(share, _writer.Written);
        _index.Add(partition, offset, new IndexedRecord(share, writtenAt));
        RecordCount++;
    }

    /// <summary>Gives back a share of what was read.</summary>
    /// <param name="share">The share, from 0.</param>
    /// <returns>The share.</returns>
    public LogShare Share(int share)
    {
        var read = new LogShare();
        var reader = new EntryReader(_records.ReadAll(share, ref _buffer), _writer.Known);
        while (!reader.IsAtEnd)
        {
            read.Add(LoggedEntry.Read(ref reader, out var order), order);
        }

        return read;
    }
}

/// <summary>What was read of a partition.</summary>
/// <param name="Asked">The first offset that was asked about.</param>
/// <param name="Start">The first offset that the log holds of them.</param>
/// <param name="End">One above the last offset: the end seen when the audit began.</param>
/// <param name="AfterLastRecord">One above the last record that is there: below <paramref name="End" /> where the log
/// ends in control records. A group that has committed this much has nothing left to do.</param>
internal readonly record struct PartitionRange(long Asked, long Start, long End, long AfterLastRecord);
