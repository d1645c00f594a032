using System.Globalization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Operations.Log;

namespace FunctionsConsumers.Operations.DeadLetters;

/// <summary>
/// The dead letters of all groups: lists, counts, and one with all it carries. Remembers what it has read, so that it is
/// asked again and again at little cost; several callers may ask at once.
/// </summary>
/// <param name="services">Where the system is.</param>
/// <param name="log">The log.</param>
public sealed class DeadLetterTopics(OperatedServices services, TopicLog log) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<string, GroupLetters> _groups = services.Groups.ToDictionary(
        group => group, group => new GroupLetters(group, services.Topic, log), StringComparer.Ordinal);

    /// <summary>Lists dead letters, newest first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="after">What the page before gave as <see cref="DeadLetterPage.Next" />; null for the first page.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The letters, each once however often it was delivered.</returns>
    /// <exception cref="OperationException">The broker does not answer, there is no such topic of orders, or
    /// <paramref name="after" /> is none.</exception>
    public async Task<DeadLetterPage> ListAsync(DeadLetterFilter filter, int limit, string? after, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var (entries, isCut) = await ReadAsync(filter.Group, cancellationToken);
        var known = filter.State is null ? entries : await LetterRows.WithStatesAsync(services.Tables, entries, cancellationToken);
        List<DeadLetterEntry> taken = [.. known.Where(filter.Takes)
            .OrderByDescending(entry => entry.Time)
            .ThenByDescending(entry => entry.Id, StringComparer.Ordinal)];
        var from = after is null ? 0 : Behind(taken, after);
        List<DeadLetterEntry> page = [.. taken.Skip(from).Take(limit)];
        var next = from + page.Count < taken.Count && page.Count > 0 ? Mark(page[^1]) : null;
        return new DeadLetterPage(
            filter.State is null ? await LetterRows.WithStatesAsync(services.Tables, page, cancellationToken) : page, taken.Count, next,
            isCut);
    }

    /// <summary>Counts dead letters by group, reason and cause; the most first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The counts.</returns>
    /// <exception cref="OperationException">The broker does not answer, or there is no such topic of orders.</exception>
    public async Task<IReadOnlyList<DeadLetterCount>> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return
        [
            .. (await SelectAsync(filter, cancellationToken))
                .GroupBy(entry => (entry.Group, entry.Reason, entry.Cause))
                .Select(cause => new DeadLetterCount(
                    cause.Key.Group, cause.Key.Reason, cause.Key.Cause, cause.Count(),
                    cause.Count(entry => entry.State == DeadLetterState.Open),
                    cause.Min(entry => entry.Time), cause.Max(entry => entry.Time)))
                .OrderByDescending(count => count.Count)
                .ThenBy(count => count.Group, StringComparer.Ordinal)
                .ThenBy(count => count.Cause, StringComparer.Ordinal),
        ];
    }

    /// <summary>All dead letters that a filter takes, with their states, oldest first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The letters.</returns>
    /// <exception cref="OperationException">The broker does not answer, or there is no such topic of orders.</exception>
    public async Task<IReadOnlyList<DeadLetterEntry>> SelectAsync(DeadLetterFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var (entries, _) = await ReadAsync(filter.Group, cancellationToken);
        List<DeadLetterEntry> stateless = [.. entries.Where((filter with { State = null }).Takes)];
        var withStates = await LetterRows.WithStatesAsync(services.Tables, stateless, cancellationToken);
        return [.. withStates.Where(filter.Takes).OrderBy(entry => entry.Time)];
    }

    /// <summary>The dead letters of one record: one for each group that could not apply it.</summary>
    /// <param name="id">The record's place, <c>topic:partition:offset</c>, or one letter's own id.</param>
    /// <param name="group">Only this group's; null for all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The letters with all they carry; empty where there is none.</returns>
    /// <exception cref="OperationException">The broker does not answer, or there is no such topic of orders.</exception>
    public async Task<IReadOnlyList<DeadLetterContent>> FindAsync(string id, string? group, CancellationToken cancellationToken)
    {
        var contents = new List<DeadLetterContent>();
        foreach (var entry in await SelectAsync(new DeadLetterFilter { Group = group, Ids = [id] }, cancellationToken))
        {
            if (await OpenAsync(entry, cancellationToken) is { } content)
            {
                contents.Add(content);
            }
        }

        return contents;
    }

    /// <summary>All that a letter carries.</summary>
    /// <param name="entry">The letter.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The content; null where the broker has dropped it.</returns>
    /// <exception cref="OperationException">The broker does not answer.</exception>
    public async Task<DeadLetterContent?> OpenAsync(DeadLetterEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return (await OpenAllAsync([entry], cancellationToken)).GetValueOrDefault(entry.Id);
    }

    /// <summary>
    /// All that some letters of one group carry: one reading from the first to the last of them. What the broker has dropped is not
    /// among them.
    /// </summary>
    internal async Task<IReadOnlyDictionary<string, DeadLetterContent>> OpenAllAsync(
        IReadOnlyCollection<DeadLetterEntry> entries, CancellationToken cancellationToken)
    {
        var contents = new Dictionary<string, DeadLetterContent>(StringComparer.Ordinal);
        foreach (var topic in entries.GroupBy(entry => entry.At.Topic, StringComparer.Ordinal))
        {
            var wanted = topic.ToDictionary(entry => entry.At);
            var held = (await log.FindAsync(topic.Key, cancellationToken) ?? []).ToDictionary(range => range.Partition);
            var ranges = topic.GroupBy(entry => entry.At.Partition).Where(partition => held.ContainsKey(partition.Key))
                .Select(partition => new PartitionRange(
                partition.Key,
                Math.Max(partition.Min(entry => entry.At.Offset), held[partition.Key].Start),
                Math.Min(partition.Max(entry => entry.At.Offset) + 1, held[partition.Key].End)));
            await log.ReadAsync(topic.Key, ranges, record =>
            {
                if (wanted.TryGetValue(record.Coordinates, out var entry))
                {
                    contents[entry.Id] = LetterReader.Content(entry, record);
                }
            }, cancellationToken);
        }

        return contents;
    }

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();

    private static string Mark(DeadLetterEntry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"{entry.Time?.UtcTicks ?? 0}-{entry.Id}");

    // By time and id, and not by number: letters that come meanwhile move nothing.
    private static int Behind(List<DeadLetterEntry> entries, string mark)
    {
        var dash = mark.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0 || !long.TryParse(mark.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var ticks))
        {
            throw new OperationException($"'{mark}' is not what a page of dead letters gave as the next one: ask again without it");
        }

        var id = mark[(dash + 1)..];
        var index = entries.FindIndex(
            entry => (entry.Time?.UtcTicks ?? 0) is var at && (at < ticks || (at == ticks && string.CompareOrdinal(entry.Id, id) < 0)));
        return index < 0 ? entries.Count : index;
    }

    private async Task<(IReadOnlyList<DeadLetterEntry> Entries, bool IsCut)> ReadAsync(string? group, CancellationToken cancellationToken)
    {
        // A topic that is not there has no dead letters, and to say so would be an all-clear.
        await log.RangesAsync(services.Topic, cancellationToken);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            List<GroupLetters> groups = group is null ? [.. _groups.Values] : _groups.TryGetValue(group, out var one) ? [one] : [];
            foreach (var letters in groups)
            {
                await letters.ReadOnAsync(cancellationToken);
            }

            return ([.. groups.SelectMany(letters => letters.Entries)], groups.Exists(letters => letters.IsCut));
        }
        finally
        {
            _turn.Release();
        }
    }
}
