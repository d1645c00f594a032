using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Batches;

/// <summary>
/// Settles one bucket's records of a batch, transaction after transaction. The invariant: a record leaves the list only
/// as applied by a transaction known to be committed, or by a verdict against a committed row.
/// </summary>
internal sealed class BucketRun(
    ITableStore store, string bucket, List<PlannedRecord> pending, string attempt, Counters counters, KnownSubjects? known, IOutbox outbox, Deadline deadline)
{
    // The messages of transactions whose outcome was unknown, as they would stand in the table.
    private readonly List<Parcel> _inDoubt = [];

    /// <summary>Records whose effects or dead letter this run committed.</summary>
    public List<PlannedRecord> Committed { get; } = [];

    /// <summary>Records suppressed.</summary>
    public int Duplicates { get; private set; }

    /// <summary>Records that a committed row, or the table service, ruled out: they become dead letters, in buckets of their own.</summary>
    public List<(PlannedRecord Record, Verdict Verdict, string? Detail)> RuledOut { get; } = [];

    /// <summary>Settles every record.</summary>
    /// <returns>When none is left.</returns>
    public async Task RunAsync()
    {
        var failures = 0;
        while (true)
        {
            JudgeByMemory();
            if (pending.Count == 0)
            {
                return;
            }

            deadline.ThrowIfOver();
            var left = pending.Count;
            await TryAsync(TransactionPacker.Next(pending)).ConfigureAwait(false);
            if (pending.Count < left)
            {
                failures = 0;
            }
            else
            {
                await deadline.BackOffAsync(++failures).ConfigureAwait(false);
            }
        }
    }

    private void JudgeByMemory()
    {
        if (known is null)
        {
            return;
        }

        foreach (var record in pending.ToArray())
        {
            if (!record.IsDeadLetter && !record.InDoubt && known.Find(record.Identity.Subject) is { } row)
            {
                Settle(record, Verdicts.Of(row.Key, row.Fingerprint, record.Identity));
            }
        }
    }

    // Insert first, ask later: without a duplicate, the usual case, nothing is read.
    private async Task TryAsync(List<PlannedRecord> transaction)
    {
        var parcels = ParcelPacker.Pack(transaction.SelectMany(record => record.Messages));
        IReadOnlyList<RowOperation> additions;
        try
        {
            additions = await counters.AddAsync(bucket, transaction, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (IsPassing(failure))
        {
            deadline.Note(failure.Message, failure);
            return;
        }

        List<RowOperation> operations = [.. transaction.SelectMany(Inserts), .. additions, .. parcels.SelectMany(parcel => OutboxRows.Inserts(parcel))];
        var result = await store.SubmitAsync(bucket, operations, deadline.Token).ConfigureAwait(false);
        if (result.Status == SubmitStatus.Committed)
        {
            Commit(transaction, additions, parcels, result.ETags);
            return;
        }

        deadline.Note(result.Detail, result.Failure);
        counters.Forget(bucket, additions);
        switch (result.Status)
        {
            case SubmitStatus.Misconfigured:
                throw new SettingException(result.Detail ?? "The table service refused the request.", result.Failure);
            case SubmitStatus.Refused when transaction.Count > 1:
                transaction.ForEach(record => record.Alone = true);
                break;
            case SubmitStatus.Refused:
                Refuse(transaction[0], result.Detail);
                break;
            default:
                transaction.ForEach(record => record.InDoubt = true);
                _inDoubt.AddRange(parcels);
                await ReadBackAsync(transaction).ConfigureAwait(false);
                break;
        }
    }

    // A dead letter's row that another record left behind, in a topic made anew under an old name, is replaced.
    private static IEnumerable<RowOperation> Inserts(PlannedRecord record) => record.ReplacedETag is { } etag
        ? record.Inserts.Select((insert, index) => index == 0 ? RowOperation.Replace(insert.RowKey, insert.Columns, etag) : insert)
        : record.Inserts;

    private void Commit(
        List<PlannedRecord> transaction, IReadOnlyList<RowOperation> additions, IReadOnlyList<Parcel> parcels, IReadOnlyList<string?> etags)
    {
        var next = 0;
        foreach (var record in transaction)
        {
            next += record.Inserts.Count;
            Applied(record);
        }

        foreach (var addition in additions)
        {
            counters.Committed(bucket, addition, etags[next++]);
        }

        if (parcels.Count > 0)
        {
            var committed = new CommittedParcel[parcels.Count];
            for (var i = 0; i < committed.Length; i++)
            {
                committed[i] = new CommittedParcel(parcels[i], etags[next]);
                next += 1 + OutboxRows.FurtherRows(parcels[i]).Count;
            }

            outbox.Offer(bucket, committed);
        }
    }

    // 409, 412, 503, a time-out, a cancellation: the transaction may be committed, by us or by the SDK's own retry, or may
    // yet be. A commit that comes later is harmless, because every transaction holds an insert that only one can win.
    private async Task ReadBackAsync(List<PlannedRecord> transaction)
    {
        IReadOnlyDictionary<string, Row> rows;
        for (var failures = 1; ; failures++)
        {
            try
            {
                rows = await store.ReadAsync(bucket, [.. transaction.Select(record => record.SubjectRowKey)], ColumnsForVerdict, deadline.Token).ConfigureAwait(false);
                break;
            }
            catch (Exception failure) when (IsPassing(failure))
            {
                deadline.Note(failure.Message, failure);
                await deadline.BackOffAsync(failures).ConfigureAwait(false);
                deadline.ThrowIfOver();
            }
        }

        var mine = Committed.Count;
        foreach (var record in transaction)
        {
            if (!rows.TryGetValue(record.SubjectRowKey, out var row))
            {
                record.ReplacedETag = null;
                continue;
            }

            if (record.IsDeadLetter)
            {
                SettleDeadLetter(record, row);
                continue;
            }

            var verdict = Verdicts.Of(row, record.Identity, attempt);
            known?.Remember(record.Identity.Subject, row.Text(IdentityColumns.Key) ?? "", row.Text(IdentityColumns.Fingerprint) ?? "");
            if (verdict != Verdict.Mine && known is null && !await ProlongAsync(store, row, record.Identity.Coordinates, deadline).ConfigureAwait(false))
            {
                continue;
            }

            Settle(record, verdict);
        }

        OfferMine(mine);
    }

    // Which of the transactions tried was the one committed, and so how its messages stand in the table, is not known.
    private void OfferMine(int from)
    {
        var messages = Committed.Skip(from).SelectMany(record => record.Messages).Select(message => message.Id).ToHashSet(StringComparer.Ordinal);
        if (messages.Count > 0)
        {
            outbox.Offer(bucket, [.. _inDoubt
                .Where(parcel => parcel.Messages.Any(message => messages.Contains(message.Id)))
                .DistinctBy(parcel => parcel.Id)
                .Select(parcel => new CommittedParcel(parcel, null))]);
        }
    }

    internal static IReadOnlyList<string> ColumnsForVerdict { get; } = [.. IdentityColumns.ForVerdict, IdentityColumns.SeenAt, "RecordTimestamp"];

    private void SettleDeadLetter(PlannedRecord record, Row row)
    {
        switch (Verdicts.Of(row, record.Identity, attempt))
        {
            case Verdict.Mine:
                Settle(record, Verdict.Mine);
                break;
            case Verdict.Duplicate when row.Columns.TryGetValue("RecordTimestamp", out var at) && at is DateTimeOffset timestamp && timestamp == record.Record.Timestamp:
                Settle(record, Verdict.Duplicate);
                break;
            default:
                record.ReplacedETag = row.ETag;
                break;
        }
    }

    // Rows that are nothing but keys are forgotten some day. A verdict against one is given only once the row says that its
    // subject was seen again, and where: forgotten while that record is still in the topic, it would be handled after all.
    internal static async Task<bool> ProlongAsync(ITableStore store, Row row, Coordinates seen, Deadline deadline)
    {
        // One request for each record: past the deadline the rest would only be cancelled, one by one.
        deadline.ThrowIfOver();
        var columns = new Dictionary<string, object>
        {
            [IdentityColumns.ProlongedAt] = deadline.UtcNow,
            [IdentityColumns.SeenAt] = Sightings.Add(row.Text(IdentityColumns.SeenAt), seen),
        };
        var prolonged = await store.SubmitAsync(row.PartitionKey, [RowOperation.Merge(row.RowKey, columns, row.ETag)], deadline.Token).ConfigureAwait(false);
        deadline.Note(prolonged.Detail, prolonged.Failure);
        return prolonged.Status == SubmitStatus.Committed;
    }

    private void Settle(PlannedRecord record, Verdict verdict)
    {
        switch (verdict)
        {
            case Verdict.Mine:
                Applied(record);
                break;
            case Verdict.Duplicate:
                Duplicates++;
                pending.Remove(record);
                break;
            default:
                RuledOut.Add((record, verdict, null));
                pending.Remove(record);
                break;
        }
    }

    private void Applied(PlannedRecord record)
    {
        Committed.Add(record);
        pending.Remove(record);
        if (!record.IsDeadLetter)
        {
            known?.Remember(record.Identity.Subject, record.Identity.Key, record.Identity.Fingerprint);
        }
    }

    private void Refuse(PlannedRecord record, string? detail)
    {
        RuledOut.Add((record, Verdict.Free, detail));
        pending.Remove(record);
    }

    private bool IsPassing(Exception failure) =>
        failure is StoreUnavailableException || (failure is OperationCanceledException && deadline.Token.IsCancellationRequested);
}
