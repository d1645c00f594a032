using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Operations.Log;

namespace FunctionsConsumers.Operations.Stories;

/// <summary>Looks for an order in the topic.</summary>
/// <param name="services">Where the system is.</param>
/// <param name="log">The log.</param>
internal sealed class OrderSearch(OperatedServices services, TopicLog log)
{
    private readonly RecordReader _reader = new(services.Time);

    /// <summary>
    /// Finds records of an order, with an idempotency key, or at a place. Of a topic that holds more than is looked at, the newest
    /// part of each partition.
    /// </summary>
    /// <param name="asked">The order's id, the key, or the place.</param>
    /// <param name="mostRecords">How many records are looked at.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The records in order of time, and what was looked at.</returns>
    public async Task<(List<FoundRecord> Records, TopicSearch Search)> RecordsAsync(
        string asked, long mostRecords, CancellationToken cancellationToken)
    {
        var held = await log.RangesAsync(services.Topic, cancellationToken);
        List<PartitionRange> looked = [.. held.Select(range => range.Newest(Math.Max(1, mostRecords / held.Count)))];
        var bytes = Encoding.UTF8.GetBytes(asked);
        var found = new List<FoundRecord>();
        DateTimeOffset? since = null;
        var count = 0L;
        await log.ReadAsync(services.Topic, looked, record =>
        {
            count++;
            since = since <= record.Timestamp ? since : record.Timestamp ?? since;
            if ((RecordReader.MayBeOf(record, bytes) || record.Coordinates.ToString() == asked)
                && _reader.Read(record) is var one
                && one.IsAnswerTo(asked))
            {
                found.Add(one);
            }
        }, cancellationToken);
        return (
            [.. found.OrderBy(one => one.Record.Timestamp)
                .ThenBy(one => one.Record.Coordinates.Partition)
                .ThenBy(one => one.Record.Coordinates.Offset)],
            new TopicSearch(count, held.Sum(range => range.Length) == looked.Sum(range => range.Length), since));
    }
}
