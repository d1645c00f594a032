using System.Globalization;
using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Operations.Log;
using FunctionsConsumers.Operations.Outbox;

namespace FunctionsConsumers.Operations.Stories;

/// <summary>
/// Finds the dead letters of an order or a key: in the dead-letter topics, and, for those that still wait to be sent, by the
/// records they are about. The tables know of a dead letter only where its record stands, since it never claims an order.
/// </summary>
/// <param name="services">Where the system is.</param>
/// <param name="log">The log.</param>
internal sealed class LetterSearch(OperatedServices services, TopicLog log)
{
    private readonly RecordReader _reader = new(services.Time);

    /// <summary>Finds an order's letters by what they carry: the record itself may have left its topic.</summary>
    /// <param name="asked">The order's id, the key, or the place of the record.</param>
    /// <param name="places">Records of the order that are known.</param>
    /// <param name="most">How many letters are looked at in each topic, the newest.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The letters, each once, with their states.</returns>
    public async Task<List<DeadLetterContent>> OfOrderAsync(
        string asked, IReadOnlySet<Coordinates> places, long most, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(asked);
        var found = new Dictionary<(string Group, string Id), DeadLetterContent>();
        await ReadAsync(most, (group, record) =>
        {
            var entry = LetterReader.Entry(group, record);
            if (entry.Origin is { } origin
                && (places.Contains(origin) || origin.ToString() == asked || IsOf(record, origin, asked, bytes)))
            {
                found.TryAdd((group, entry.Id), LetterReader.Content(entry, record));
            }
        }, cancellationToken);
        var states = await LetterRows.WithStatesAsync(
            services.Tables, [.. found.Values.Select(letter => letter.Entry)], cancellationToken);
        return [.. found.Values.Zip(states, (letter, entry) => letter with { Entry = entry })];
    }

    /// <summary>Finds the letters of all groups that go by a name, those that still wait to be sent among them.</summary>
    /// <param name="asked">An order's id, an idempotency key, or a record's key.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>One for each record and group, in the order of the groups.</returns>
    public async Task<IReadOnlyList<NamedLetter>> GoingByAsync(string asked, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(asked);
        var found = new Dictionary<(string Group, Coordinates Origin), NamedLetter>();

        // Letters on their way, and those without a value, are about records that the topic may still hold.
        List<NamedLetter> about = [.. (await OutboxTables.ReadAsync(services.Tables, services.Groups, cancellationToken))
            .Where(message => message.Entry.Kind == DeadLetter.Kind)
            .Select(message => (message.Entry.Group, Origin: PlaceOf(message.Entry.Subject)))
            .Where(letter => letter.Origin is not null)
            .Select(letter => new NamedLetter(letter.Group, letter.Origin!.Value, null, null))];
        await ReadAsync(long.MaxValue, (group, record) =>
        {
            var entry = LetterReader.Entry(group, record);
            if (entry.Origin is { } origin)
            {
                var letter = new NamedLetter(group, origin, entry.Reason, entry.Time);
                if (IsOf(record, origin, asked, bytes))
                {
                    found.TryAdd((group, origin), letter);
                }
                else if (!entry.IsWhole)
                {
                    about.Add(letter);
                }
            }
        }, cancellationToken);
        foreach (var letter in await NamedAsync(about, asked, bytes, cancellationToken))
        {
            found.TryAdd((letter.Group, letter.Origin), letter);
        }

        return [.. found.Values
            .OrderBy(letter => services.Groups.ToList().IndexOf(letter.Group))
            .ThenBy(letter => letter.Origin.Partition).ThenBy(letter => letter.Origin.Offset)];
    }

    private async Task<List<NamedLetter>> NamedAsync(
        List<NamedLetter> letters, string asked, byte[] bytes, CancellationToken cancellationToken)
    {
        var named = new List<NamedLetter>();
        foreach (var topic in letters.GroupBy(letter => letter.Origin.Topic, StringComparer.Ordinal))
        {
            var byPlace = topic.ToLookup(letter => letter.Origin);
            var held = await log.FindAsync(topic.Key, cancellationToken) ?? [];
            await log.ReadAsync(topic.Key, held.Select(range => Around(range, topic)), record =>
            {
                if (byPlace.Contains(record.Coordinates) && IsOf(record, record.Coordinates, asked, bytes))
                {
                    named.AddRange(byPlace[record.Coordinates]);
                }
            }, cancellationToken);
        }

        return named;
    }

    private static PartitionRange Around(PartitionRange held, IEnumerable<NamedLetter> letters)
    {
        List<long> offsets = [.. letters.Select(letter => letter.Origin)
            .Where(origin => origin.Partition == held.Partition && origin.Offset >= held.Start && origin.Offset < held.End)
            .Select(origin => origin.Offset)];
        return offsets.Count == 0 ? held with { End = held.Start } : held with { Start = offsets.Min(), End = offsets.Max() + 1 };
    }

    private async Task ReadAsync(long most, Action<string, ConsumedRecord> take, CancellationToken cancellationToken)
    {
        foreach (var group in services.Groups)
        {
            var topic = DeadLetter.TopicOf(services.Topic, group);
            if (await log.FindAsync(topic, cancellationToken) is { } held)
            {
                var newest = held.Select(range => range.Newest(Math.Max(1, most / held.Count)));
                await log.ReadAsync(topic, newest, record => take(group, record), cancellationToken);
            }
        }
    }

    // A letter's own message-id would be taken for a key of its record.
    private bool IsOf(ConsumedRecord letter, Coordinates origin, string asked, byte[] bytes) => letter.Key.AsSpan().SequenceEqual(bytes)
        || (RecordReader.MayBeOf(letter, bytes)
            && _reader.Read(letter with { Coordinates = origin, Headers = LetterReader.Split(letter.Headers).Own }).IsAnswerTo(asked));

    // No name of a topic holds a colon.
    private static Coordinates? PlaceOf(string text) => text.Split(':') is [var topic, var partition, var offset]
        && int.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            ? new Coordinates(topic, number, place)
            : null;
}

/// <summary>A dead letter, by the record it is about.</summary>
/// <param name="Group">The group that could not apply the record.</param>
/// <param name="Origin">Where the record stands.</param>
/// <param name="Reason">One word of the closed list; null where the letter is not sent yet.</param>
/// <param name="Time">When it was dead-lettered; null where the letter is not sent yet.</param>
internal sealed record NamedLetter(string Group, Coordinates Origin, string? Reason, DateTimeOffset? Time);
