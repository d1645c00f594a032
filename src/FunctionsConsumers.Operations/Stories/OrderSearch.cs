using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Operations.Log;

namespace FunctionsConsumers.Operations.Stories;

/// <summary>Looks for an order in the topic and in the dead-letter topics.</summary>
internal sealed class OrderSearch(OperatedServices services, TopicLog log)
{
    private readonly RecordReader _reader = new(services.Time);

    /// <summary>
    /// Finds records of an order, with an idempotency key, or at a place. Of a topic that holds more than is looked at, the newest
    /// part of each partition. Returns the records in order of time, and what was looked at.
    /// </summary>
    public async Task<(List<FoundRecord> Records, TopicSearch Search)> RecordsAsync(
        string asked, long mostRecords, CancellationToken cancellationToken)
    {
        var held = await log.RangesAsync(services.Topic, cancellationToken);
        List<PartitionRange> looked = [.. held.Select(range => Newest(range, Math.Max(1, mostRecords / held.Count)))];
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

    /// <summary>
    /// Finds an order's dead letters by what they carry: the record itself may have left its topic. <paramref name="asked" /> is the
    /// order's id, the key, or the place of the record. <paramref name="most" /> is how many letters are looked at in each topic, the
    /// newest.
    /// </summary>
    public async Task<List<DeadLetterContent>> LettersAsync(
        string asked, IReadOnlySet<Coordinates> places, long most, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(asked);
        var found = new Dictionary<(string Group, string Id), DeadLetterContent>();
        foreach (var group in services.Groups)
        {
            var topic = DeadLetter.TopicOf(services.Topic, group);
            if (await log.FindAsync(topic, cancellationToken) is { } held)
            {
                await log.ReadAsync(topic, held.Select(range => Newest(range, Math.Max(1, most / held.Count))), record =>
                {
                    var entry = LetterReader.Entry(group, record);
                    if (entry.Origin is { } origin
                        && (places.Contains(origin)
                            || origin.ToString() == asked
                            || (RecordReader.MayBeOf(record, bytes) && _reader.Read(AtItsOrigin(record, origin)).IsAnswerTo(asked))))
                    {
                        found.TryAdd((group, entry.Id), LetterReader.Content(entry, record));
                    }
                }, cancellationToken);
            }
        }

        var states = await LetterRows.WithStatesAsync(
            services.Tables, [.. found.Values.Select(letter => letter.Entry)], cancellationToken);
        return [.. found.Values.Zip(states, (letter, entry) => letter with { Entry = entry })];
    }

    private static PartitionRange Newest(PartitionRange range, long most) =>
        range with { Start = Math.Max(range.Start, range.End - most) };

    // The letter's own message-id would be taken for a key.
    private static ConsumedRecord AtItsOrigin(ConsumedRecord letter, Coordinates origin) =>
        letter with { Coordinates = origin, Headers = LetterReader.Split(letter.Headers).Own };
}
