using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Batches;

/// <summary>
/// The rows of one bucket that decide about subjects: reads them, and notes on those that are nothing but keys where their
/// subjects were seen again. Such rows are forgotten some day: forgotten while a record that was judged by it is still in
/// the topic, the subject would be handled again. The invariant: what is called noted stands in a committed row.
/// </summary>
internal sealed class SubjectRows(ITableStore store, string bucket, bool areKeysOnly, Deadline deadline)
{
    /// <summary>A row that was prolonged less than this ago, and knows of a record, is not written again for it.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(10);

    // Against other owners that write the same rows; then the batch's own back-off takes over.
    private const int Rounds = 3;

    /// <summary>The columns that a verdict needs.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        [.. IdentityColumns.ForVerdict, IdentityColumns.AppliedAt, IdentityColumns.ProlongedAt, IdentityColumns.SeenAt, "RecordTimestamp"];

    /// <summary>Reads rows, and tries again until the deadline while no answer comes.</summary>
    /// <exception cref="BatchDeadlineException">The time is over.</exception>
    public async Task<IReadOnlyDictionary<string, Row>> ReadAsync(IReadOnlyCollection<string> rowKeys)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await store.ReadAsync(bucket, rowKeys, Columns, deadline.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (deadline.IsPassing(failure))
            {
                deadline.Note(failure.Message, failure);
                await deadline.BackOffAsync(failures).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Notes where subjects were seen again: one writing for each row, with the highest offset of each topic partition, many rows in
    /// a transaction.
    /// </summary>
    /// <exception cref="SettingException">The service refused the account, the credential or the table.</exception>
    public async Task<(IReadOnlyList<Judgement> Noted, IReadOnlyList<Judgement> Open)> NoteAsync(IReadOnlyList<Judgement> judgements)
    {
        if (judgements.Count == 0)
        {
            return ([], []);
        }

        var noted = await NotedAsync(judgements).ConfigureAwait(false);
        return ([.. judgements.Where(one => noted.Contains(one.Row.RowKey))],
            [.. judgements.Where(one => !noted.Contains(one.Row.RowKey))]);
    }

    private async Task<HashSet<string>> NotedAsync(IReadOnlyList<Judgement> judgements)
    {
        var noted = new HashSet<string>(StringComparer.Ordinal);
        List<(Row Row, IReadOnlyList<Coordinates> Seen)> open = [.. judgements
            .GroupBy(one => one.Row.RowKey)
            .Select(row => (row.First().Row, Sightings.Highest(row.Where(one => !IsOwn(one.Row, one.Seen)).Select(one => one.Seen))))];
        for (var round = 1; ; round++)
        {
            open.RemoveAll(row => Knows(row.Row, row.Seen) && noted.Add(row.Row.RowKey));
            var left = new List<(Row Row, IReadOnlyList<Coordinates> Seen)>();
            foreach (var chunk in Chunks(open, round == Rounds ? 1 : TransactionLimits.MaxRows))
            {
                if (await SubmitAsync(chunk).ConfigureAwait(false))
                {
                    noted.UnionWith(chunk.Select(row => row.Row.RowKey));
                }
                else
                {
                    left.AddRange(chunk);
                }
            }

            if (left.Count == 0 || round == Rounds)
            {
                return noted;
            }

            // Another owner wrote some of them, or an answer was lost. A row that went and came again is another row.
            var rows = await ReadAsync([.. left.Select(row => row.Row.RowKey)]).ConfigureAwait(false);
            open = [.. left
                .Where(row => rows.TryGetValue(row.Row.RowKey, out var now)
                    && now.Text(IdentityColumns.Attempt) == row.Row.Text(IdentityColumns.Attempt))
                .Select(row => (rows[row.Row.RowKey], row.Seen))];
        }
    }

    private async Task<bool> SubmitAsync(List<(Row Row, IReadOnlyList<Coordinates> Seen)> chunk)
    {
        // Past the deadline every request would only be cancelled, one by one.
        deadline.ThrowIfOver();
        var written = await store.SubmitAsync(bucket, [.. chunk.Select(row => Prolong(row.Row, row.Seen))], deadline.Token)
            .ConfigureAwait(false);
        deadline.Note(written.Detail, written.Failure);
        return written.Status == SubmitStatus.Misconfigured
            ? throw new SettingException(written.Detail ?? "The table service refused the request.", written.Failure)
            : written.Status == SubmitStatus.Committed;
    }

    // Effects are never forgotten, and need not know who was judged by them.
    private bool Knows(Row row, IReadOnlyList<Coordinates> seen) => !areKeysOnly
        || (deadline.UtcNow - LastNeeded(row) < FreshFor && seen.All(place => Sightings.Cover(row.Text(IdentityColumns.SeenAt), place)));

    // The record that the row was written for, delivered again.
    private static bool IsOwn(Row row, Coordinates seen) => row.Number(IdentityColumns.Offset) == seen.Offset
        && row.Number(IdentityColumns.Partition) == seen.Partition
        && string.Equals(row.Text(IdentityColumns.Topic), seen.Topic, StringComparison.Ordinal);

    private static DateTimeOffset LastNeeded(Row row) =>
        row.Columns.GetValueOrDefault(IdentityColumns.ProlongedAt) is DateTimeOffset prolonged ? prolonged
        : row.Columns.GetValueOrDefault(IdentityColumns.AppliedAt) is DateTimeOffset applied ? applied
        : DateTimeOffset.MinValue;

    private RowOperation Prolong(Row row, IReadOnlyList<Coordinates> seen) => RowOperation.Merge(
        row.RowKey,
        new Dictionary<string, object>
        {
            [IdentityColumns.ProlongedAt] = deadline.UtcNow,
            [IdentityColumns.SeenAt] = seen.Aggregate(row.Text(IdentityColumns.SeenAt), Sightings.Add) ?? "",
        },
        row.ETag);

    private static IEnumerable<List<(Row Row, IReadOnlyList<Coordinates> Seen)>> Chunks(
        List<(Row Row, IReadOnlyList<Coordinates> Seen)> rows, int most) =>
        rows.Chunk(most).Select(chunk => chunk.ToList());
}

/// <summary>What a committed row says of a record.</summary>
internal readonly record struct Judgement(PlannedRecord Record, Verdict Verdict, Row Row)
{
    /// <summary>Where the record stands.</summary>
    public Coordinates Seen => Record.Record.Coordinates;

    /// <summary>Judges a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="identity">Who its event is.</param>
    /// <param name="row">The row of the event's subject.</param>
    /// <param name="attempt">The id of this delivery.</param>
    /// <returns>The judgement.</returns>
    public static Judgement Of(PlannedRecord record, EventIdentity identity, Row row, string attempt) =>
        new(record, Verdicts.Of(row, identity, attempt), row);
}
