using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Operations.Log;
using FunctionsConsumers.Orders.Mail;
using FunctionsConsumers.Orders.Notification;

namespace FunctionsConsumers.Operations.Stories;

/// <summary>Tells what became of an order: from each group's table, from the dead letters, and from the topic.</summary>
/// <param name="services">Where the system is.</param>
/// <param name="log">The log.</param>
public sealed class OrderStories(OperatedServices services, TopicLog log)
{
    /// <summary>How many of the topic's newest records are looked at, where the caller does not say: 500,000.</summary>
    public const long DefaultRecords = 500_000;

    private readonly OrderSearch _search = new(services, log);
    private readonly LetterSearch _letters = new(services, log);

    /// <summary>
    /// Tells the story of an order by its id; of the orders of an idempotency key, where there is no such order; or of the
    /// order of the record at a place <c>topic:partition:offset</c>.
    /// </summary>
    /// <param name="asked">An order's id, an idempotency key, or a place.</param>
    /// <param name="mostRecords">How many of the topic's newest records are looked at.</param>
    /// <param name="cancellationToken">Ends the telling.</param>
    /// <returns>The story; one that <see cref="OrderStory.IsKnown" /> says nobody knows.</returns>
    /// <exception cref="OperationException">The broker does not answer, there is no such topic, or no group has a table.</exception>
    /// <exception cref="StoreUnavailableException">A table could not be read.</exception>
    /// <exception cref="SettingException">The account refuses the credential.</exception>
    public async Task<OrderStory> TellAsync(string asked, long mostRecords, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(asked);
        var tables = await OpenAsync(cancellationToken);
        var (records, search) = await _search.RecordsAsync(asked, mostRecords, cancellationToken);
        var effects = await EffectsAsync(tables, [asked], cancellationToken);
        List<string> ids = [asked];
        var foundBy = FoundBy.OrderId;
        if (effects.Count == 0 && !records.Exists(record => record.OrderId == asked))
        {
            foundBy = records.Exists(record => record.Record.Coordinates.ToString() == asked)
                ? FoundBy.Coordinates
                : FoundBy.IdempotencyKey;
            ids = [.. records.Select(record => record.OrderId).OfType<string>().Distinct(StringComparer.Ordinal)];
            effects = ids.Count > 0
                ? await EffectsAsync(tables, ids, cancellationToken)
                : await EffectsByKeyAsync(tables, asked, cancellationToken);
            ids = [.. ids.Concat(effects.Select(effect => effect.Effect.OrderId)).Distinct(StringComparer.Ordinal)];
            if (ids is [var order])
            {
                // All records of the order, and not only those under the key that was asked for.
                (records, search) = await _search.RecordsAsync(order, mostRecords, cancellationToken);
            }
        }

        HashSet<Coordinates> places = [.. records.Select(record => record.Record.Coordinates)];
        var letters = await _letters.OfOrderAsync(ids is [var only] ? only : asked, places, GroupLetters.Most, cancellationToken);
        if (ids.Count == 0)
        {
            // What is no order names one at most, as broken JSON does.
            foundBy = foundBy == FoundBy.Coordinates || letters.Exists(letter => letter.Entry.Origin?.ToString() == asked)
                ? FoundBy.Coordinates
                : records.Count > 0 || letters.Count > 0 ? FoundBy.OrderId : FoundBy.Nothing;
        }
        else if (effects.Count == 0 && records.Count == 0 && letters.Count == 0)
        {
            foundBy = FoundBy.Nothing;
        }

        var groups = new List<GroupStory>();
        var dead = new Dictionary<string, IReadOnlySet<Coordinates>>(StringComparer.Ordinal);
        foreach (var group in services.Groups)
        {
            var reader = tables.GetValueOrDefault(group);
            dead[group] = reader is null ? new HashSet<Coordinates>() : await reader.DeadLetteredAsync(places, cancellationToken);
            var messages = new List<StoredMessage>();
            foreach (var subject in ids.Concat(dead[group].Select(place => place.ToString())).Distinct(StringComparer.Ordinal))
            {
                messages.AddRange(reader is null ? [] : await reader.MessagesAsync(subject, cancellationToken));
            }

            List<StoredEffect> own = [.. effects.Where(effect => effect.Group == group).Select(effect => effect.Effect)];
            groups.Add(new GroupStory(
                group, own, [.. letters.Where(letter => letter.Entry.Group == group)], messages, MailOf(group, own, messages)));
        }

        return new OrderStory(asked, foundBy, foundBy == FoundBy.Nothing ? [] : ids, groups,
            [.. records.Select(record => Sighting(record, groups, dead))], search);
    }

    private static Sighting Sighting(FoundRecord found, List<GroupStory> groups, Dictionary<string, IReadOnlySet<Coordinates>> dead)
    {
        var (topic, partition, offset) = found.Record.Coordinates;
        return new Sighting(
            topic, partition, offset, found.Record.Timestamp, found.Key, found.Identity.Fingerprint,
            PlainText.Of(found.Record.Value) ?? "",
            groups.ToDictionary(group => group.Group, group => SightingVerdicts.Of(group, found.Record, found.Identity, dead[group.Group]),
                StringComparer.Ordinal));
    }

    private static MailStanding? MailOf(string group, List<StoredEffect> effects, List<StoredMessage> messages)
    {
        if (group != ConfirmationConsumer.GroupName || effects.Count == 0)
        {
            return null;
        }

        List<StoredMessage> mails = [.. messages.Where(message => message.Kind == EmailPayload.Kind)];
        return mails.Exists(mail => mail.State == EffectivelyOnce.Outbox.OutboxRows.Parked) ? MailStanding.Parked
            : mails.Count > 0 ? MailStanding.Waiting
            : effects.Exists(effect => effect.Columns.GetValueOrDefault("Channel") == EmailPayload.Kind) ? MailStanding.Left
            : MailStanding.None;
    }

    private async Task<Dictionary<string, EffectReader>> OpenAsync(CancellationToken cancellationToken)
    {
        var tables = new Dictionary<string, EffectReader>(StringComparer.Ordinal);
        foreach (var group in services.Groups)
        {
            if (await GroupTable.FindAsync(services.Tables, group, cancellationToken) is { } table)
            {
                tables.Add(group, new EffectReader(group, table));
            }
        }

        return tables.Count > 0 ? tables : throw new OperationException(
            $"the tables hold nothing of {string.Join(", ", services.Groups)}: start ./run once, "
                + $"or check --tables (setting {services.Tables.Setting})");
    }

    private static async Task<List<(string Group, StoredEffect Effect)>> EffectsAsync(
        Dictionary<string, EffectReader> tables, IEnumerable<string> orderIds, CancellationToken cancellationToken)
    {
        var effects = new List<(string Group, StoredEffect Effect)>();
        foreach (var orderId in orderIds)
        {
            foreach (var (group, reader) in tables)
            {
                if (await reader.FindAsync(orderId, cancellationToken) is { } effect)
                {
                    effects.Add((group, effect));
                }
            }
        }

        return effects;
    }

    private static async Task<List<(string Group, StoredEffect Effect)>> EffectsByKeyAsync(
        Dictionary<string, EffectReader> tables, string key, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(
            tables.Select(async table => (table.Key, Effects: await table.Value.FindByKeyAsync(key, cancellationToken))));
        return [.. found.SelectMany(table => table.Effects.Select(effect => (table.Key, effect)))];
    }
}
