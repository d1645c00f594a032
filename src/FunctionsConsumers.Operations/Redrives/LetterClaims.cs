using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Operations.DeadLetters;

namespace FunctionsConsumers.Operations.Redrives;

/// <summary>
/// The rows of a group's letters that a redrive has taken. A row is inserted before its letter is sent and says afterwards that it
/// was: a letter with a row is not sent by any other run, and a row that only claims is what a run left that died.
/// </summary>
internal sealed class LetterClaims(ITableStore table, string group, string run, string by, TimeProvider time)
{
    private const string RunColumn = "Run";
    private const string LetterPartition = "LetterPartition";
    private const string LetterOffset = "LetterOffset";
    private const string Id = "LetterId";
    private const int Tries = 6;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);

    private readonly string _partition = LetterRows.PartitionOf(group);
    private readonly Dictionary<string, string> _versions = new(StringComparer.Ordinal);

    /// <summary>Takes letters: those that have no row yet.</summary>
    public async Task<IReadOnlyList<DeadLetterEntry>> TakeAsync(
        IReadOnlyList<DeadLetterEntry> letters, CancellationToken cancellationToken)
    {
        var mine = new List<DeadLetterEntry>();
        await UntilSettledAsync(letters, entry => RowOperation.Insert(LetterRows.RowKeyOf(entry.Id), new Dictionary<string, object>
        {
            [LetterRows.State] = LetterRows.Claimed,
            [RunColumn] = run,
            ["By"] = by,
            ["At"] = time.GetUtcNow(),
            [Id] = entry.Id,
            [LetterPartition] = entry.At.Partition,
            [LetterOffset] = entry.At.Offset,
        }), (entry, row) =>
        {
            if (row is not null && (row.Text(RunColumn) != run || row.Text(LetterRows.State) != LetterRows.Claimed))
            {
                return true;
            }

            if (row is not null)
            {
                mine.Add(entry);
            }

            return row is not null;
        }, mine.AddRange, cancellationToken);
        return mine;
    }

    /// <summary>Notes that letters were sent.</summary>
    public Task SentAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) => ChangeAsync(
        ids,
        (rowKey, etag) => RowOperation.Merge(
            rowKey, new Dictionary<string, object> { [LetterRows.State] = LetterRows.Sent, ["SentAt"] = time.GetUtcNow() }, etag),
        row => row is null || row.Text(LetterRows.State) == LetterRows.Sent,
        cancellationToken);

    /// <summary>Gives letters back that were certainly not sent.</summary>
    public Task ReleaseAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        ChangeAsync(ids, RowOperation.Delete, row => row?.Text(LetterRows.State) != LetterRows.Claimed, cancellationToken);

    /// <summary>The ids of letters that were taken and are not known to be sent.</summary>
    public async Task<HashSet<string>> OpenAsync(CancellationToken cancellationToken)
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var row in table.ScanAsync(_partition, LetterRows.Prefix, [LetterRows.State, Id], cancellationToken))
        {
            if (row.Text(LetterRows.State) == LetterRows.Claimed && row.Text(Id) is { } id)
            {
                open.Add(id);
            }
        }

        return open;
    }

    /// <summary>
    /// Forgets letters that the broker has dropped. <paramref name="starts" /> are the starts of the dead-letter topic's log, by
    /// partition.
    /// </summary>
    public async Task ForgetAsync(IReadOnlyDictionary<int, long> starts, CancellationToken cancellationToken)
    {
        var gone = new List<RowOperation>();
        await foreach (var row in table.ScanAsync(
            _partition, LetterRows.Prefix, [LetterPartition, LetterOffset, LetterRows.State], cancellationToken))
        {
            if (row.Number(LetterPartition) is { } partition
                && row.Number(LetterOffset) < starts.GetValueOrDefault((int)partition)
                && row.Text(LetterRows.State) == LetterRows.Sent)
            {
                gone.Add(RowOperation.Delete(row.RowKey, row.ETag));
            }
        }

        foreach (var chunk in gone.Chunk(TransactionLimits.MaxRows))
        {
            // What is not deleted now is deleted by the next run.
            await table.SubmitAsync(_partition, chunk, cancellationToken);
        }
    }

    private async Task ChangeAsync(
        IReadOnlyList<string> ids, Func<string, string, RowOperation> change, Predicate<Row?> isDone, CancellationToken cancellationToken)
    {
        for (var tries = 0; ids.Count > 0; tries++)
        {
            // The versions of rows that this run has written are known. Only where they do not hold any more is it asked.
            if (tries > 0 || !ids.All(_versions.ContainsKey))
            {
                var rows = await table.ReadAsync(_partition, [.. ids.Select(LetterRows.RowKeyOf)], null, cancellationToken);
                ids = [.. ids.Where(id => !isDone(rows.GetValueOrDefault(LetterRows.RowKeyOf(id))))];
                foreach (var id in ids)
                {
                    _versions[id] = rows[LetterRows.RowKeyOf(id)].ETag;
                }
            }

            if (ids.Count == 0)
            {
                return;
            }

            var result = await table.SubmitAsync(
                _partition, [.. ids.Select(id => change(LetterRows.RowKeyOf(id), _versions[id]))], cancellationToken);
            if (result.Status == SubmitStatus.Committed)
            {
                return;
            }

            await AgainAsync(result, tries + 1, cancellationToken);
        }
    }

    // Not a plain success says nothing: the rows do. Settled is told for each whether its row settles it.
    private async Task UntilSettledAsync(
        IReadOnlyList<DeadLetterEntry> letters,
        Func<DeadLetterEntry, RowOperation> insert,
        Func<DeadLetterEntry, Row?, bool> settled,
        Action<IEnumerable<DeadLetterEntry>> committed,
        CancellationToken cancellationToken)
    {
        for (var tries = 1; letters.Count > 0; tries++)
        {
            var result = await table.SubmitAsync(_partition, [.. letters.Select(insert)], cancellationToken);
            if (result.Status == SubmitStatus.Committed)
            {
                for (var i = 0; i < letters.Count; i++)
                {
                    _versions[letters[i].Id] = result.ETags[i]!;
                }

                committed(letters);
                return;
            }

            await AgainAsync(result, tries, cancellationToken);
            var rows = await table.ReadAsync(
                _partition, [.. letters.Select(entry => LetterRows.RowKeyOf(entry.Id))], null, cancellationToken);
            letters = [.. letters.Where(entry => !settled(entry, rows.GetValueOrDefault(LetterRows.RowKeyOf(entry.Id))))];
        }
    }

    private Task AgainAsync(SubmitResult result, int tries, CancellationToken cancellationToken) => result.Status switch
    {
        SubmitStatus.Refused or SubmitStatus.Misconfigured =>
            throw new SettingException(result.Detail ?? "The table service refused the request.", result.Failure),
        _ when tries == Tries => throw new StoreUnavailableException(
            $"The letters of '{group}' could not be noted in {Tries} tries: {result.Detail}; call the same command again.",
            result.Failure),
        _ => Task.Delay(FirstDelay * (1 << (tries - 1)), time, cancellationToken),
    };
}
