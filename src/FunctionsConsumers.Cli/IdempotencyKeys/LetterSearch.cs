using System.Globalization;
using Confluent.Kafka;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Cli.IdempotencyKeys;

/// <summary>
/// Finds the dead letters of an order or a key: in the dead-letter topics, and, for those that still wait to be sent, by the records
/// they are about. The tables know of a dead letter only where its record stands, since it never claims an order.
/// </summary>
internal sealed class LetterSearch(TopicReader reader, string topic, string asked, CancellationToken cancellationToken)
{
    private readonly List<KeyRow> _found = [];

    /// <summary>
    /// Finds them. <paramref name="waiting" /> are the coordinates of the letters that wait to be sent. Returns one row for each, in
    /// the order of the groups.
    /// </summary>
    public IReadOnlyList<KeyRow> Find(IReadOnlyList<string> groups, IReadOnlyList<(string Group, string Coordinates)> waiting)
    {
        // Letters without a value, and those on their way, are about records that the topic may still hold.
        var about = waiting
            .Select(letter => (letter.Group, Row: Unsent(letter.Group, letter.Coordinates)))
            .Where(letter => letter.Row is not null)
            .ToList();
        foreach (var group in groups)
        {
            var name = $"{topic}.{group}.dead-letters";
            if (reader.FindOffsets(name) is { } offsets)
            {
                reader.Read(name, offsets, letter =>
                {
                    var row = Sent(LetterHeaders.Of(group, letter));
                    if (RecordNames.Has(letter, asked))
                    {
                        Add(row);
                    }
                    else if (LetterHeaders.Header(letter, "dead-letter-value-omitted") is not null)
                    {
                        about.Add((group, row));
                    }
                }, cancellationToken);
            }
        }

        foreach (var row in Named([.. about.Select(letter => letter.Row!)]))
        {
            Add(row);
        }

        return [.. _found.OrderBy(row => groups.ToList().IndexOf(row.Group)).ThenBy(row => row.Partition).ThenBy(row => row.Offset)];
    }

    // A letter may stand in its topic twice, and one that waits in the outbox may be there already.
    private void Add(KeyRow row)
    {
        if (!_found.Exists(one => one.Group == row.Group && one.RowKey == row.RowKey))
        {
            _found.Add(row);
        }
    }

    private List<KeyRow> Named(IReadOnlyList<KeyRow> rows)
    {
        var named = new List<KeyRow>();
        foreach (var records in rows.Where(row => row.Topic is not null).GroupBy(row => row.Topic!))
        {
            var byPlace = records.ToLookup(row => (row.Partition, row.Offset));
            List<PartitionOffsets> ranges = [.. (reader.FindOffsets(records.Key) ?? []).Select(held => Range(held, records))];
            reader.Read(records.Key, ranges, record =>
            {
                if (byPlace[(record.Partition.Value, record.Offset.Value)].ToList() is { Count: > 0 } here
                    && RecordNames.Has(record, asked))
                {
                    named.AddRange(here);
                }
            }, cancellationToken);
        }

        return named;
    }

    private static PartitionOffsets Range(PartitionOffsets held, IEnumerable<KeyRow> rows)
    {
        var offsets = rows
            .Where(row => row.Partition == held.Partition && row.Offset >= held.Start && row.Offset < held.End)
            .Select(row => row.Offset!.Value)
            .ToList();
        return offsets.Count == 0
            ? held with { End = held.Start }
            : new PartitionOffsets(held.Partition, offsets.Min(), offsets.Max() + 1);
    }

    private static KeyRow Sent(LetterHeaders letter)
    {
        var coordinates = new Coordinates(letter.Topic ?? "", letter.Partition ?? 0, letter.Offset ?? 0);
        return new KeyRow(
            letter.Group, RowKey.OfDeadLetter(coordinates), "dead-lettered", coordinates.ToString(), letter.Topic, letter.Partition,
            letter.Offset,
            DateTimeOffset.TryParse(letter.Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null)
        {
            Reason = letter.Reason,
        };
    }

    private static KeyRow? Unsent(string group, string coordinates) =>
        coordinates.Split(':') is [var topic, var partition, var offset]
        && int.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            ? new KeyRow(group, "dead!" + coordinates, "dead-lettered", coordinates, topic, number, place, null)
            : null;
}
