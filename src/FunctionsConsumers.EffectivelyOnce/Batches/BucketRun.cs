using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.EffectivelyOnce.Telemetry;

namespace FunctionsConsumers.EffectivelyOnce.Batches;

/// <summary>
/// Settles one bucket's records of a batch, transaction after transaction. The invariant: a record leaves the list only when a
/// transaction that applied it is known to be committed, or when a committed row has judged it.
/// </summary>
internal sealed class BucketRun(
    ITableStore store,
    string bucket,
    List<PlannedRecord> pending,
    string attempt,
    Counters counters,
    KnownSubjects? known,
    IOutbox outbox,
    Deadline deadline,
    GroupMetrics metrics,
    GroupSpans spans)
{
    private readonly SubjectRows _rows = new(store, bucket, known is null, deadline);

    // The messages of transactions whose outcome was unknown, as they would stand in the table.
    private readonly List<Parcel> _inDoubt = [];

    /// <summary>Records whose effects or dead letter this run committed.</summary>
    public List<PlannedRecord> Committed { get; } = new(pending.Count);

    /// <summary>Records suppressed.</summary>
    public List<PlannedRecord> Duplicates { get; } = [];

    /// <summary>
    /// Records that a committed row, or the table service, ruled out: they become dead letters, in buckets of their own.
    /// </summary>
    public List<(PlannedRecord Record, Verdict Verdict, string? Detail)> RuledOut { get; } = [];

    /// <summary>Settles every record.</summary>
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
            await TryAsync(TransactionPacker.Next(pending)).ConfigureAwait(false);
            if (pending.RemoveAll(record => record.IsSettled) > 0)
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

        foreach (var record in pending)
        {
            if (!record.IsDeadLetter && !record.InDoubt && known.Find(record.Subject) is { } row)
            {
                Settle(record, Verdicts.Of(row.Key, row.Fingerprint, record.Identity));
            }
        }

        pending.RemoveAll(record => record.IsSettled);
    }

    // Insert first, ask later: without a duplicate, the usual case, nothing is read.
    private async Task TryAsync(Transaction next)
    {
        using var span = spans.Transaction(bucket, next.Records.Count);
        var (transaction, parcels) = next.In(TraceContext.Current);
        IReadOnlyList<RowOperation> additions;
        try
        {
            additions = await counters.AddAsync(bucket, transaction, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (deadline.IsPassing(failure))
        {
            deadline.Note(failure.Message, failure);
            return;
        }
        catch (CounterException refused)
        {
            await RefuseAsync(transaction, refused.Message).ConfigureAwait(false);
            return;
        }

        var operations = new List<RowOperation>(Math.Min(TransactionLimits.MaxRows, (2 * transaction.Count) + additions.Count));
        transaction.ForEach(record => operations.AddRange(Inserts(record)));
        operations.AddRange(additions);
        foreach (var parcel in parcels)
        {
            operations.AddRange(OutboxRows.Inserts(parcel));
        }

        var result = await store.SubmitAsync(bucket, operations, deadline.Token).ConfigureAwait(false);
        span.Answered(operations.Count, result.Status);
        if (result.Status == SubmitStatus.Committed)
        {
            Commit(transaction, additions, parcels, result.ETags);
            return;
        }

        metrics.Submitted(operations.Count);
        deadline.Note(result.Detail, result.Failure);
        counters.Forget(bucket, additions);
        switch (result.Status)
        {
            case SubmitStatus.Misconfigured:
                throw new SettingException(result.Detail ?? "The table service refused the request.", result.Failure);
            case SubmitStatus.Refused:
                await RefuseAsync(transaction, result.Detail).ConfigureAwait(false);
                break;
            default:
                metrics.AnswerUnknown();
                List<PlannedRecord> again = [.. transaction.Where(record => record.InDoubt)];
                transaction.ForEach(record => record.InDoubt = true);
                _inDoubt.AddRange(parcels);
                var missing = await ReadBackAsync(transaction).ConfigureAwait(false);
                await RuleOutStuckAsync([.. again.Intersect(missing)]).ConfigureAwait(false);
                again.RemoveAll(record => record.IsSettled || !record.IsDeadLetter);
                await LeaveStandingLettersAsync(again).ConfigureAwait(false);
                break;
        }
    }

    // A dead letter's row that another record left behind, in a topic made anew under an old name, is replaced.
    private static RowOperation[] Inserts(PlannedRecord record) => record.ReplacedETag is { } etag
        ? [RowOperation.Replace(record.Inserts[0].RowKey, record.Inserts[0].Columns, etag), .. record.Inserts[1..]]
        : record.Inserts;

    private void Commit(
        List<PlannedRecord> transaction, IReadOnlyList<RowOperation> additions, IReadOnlyList<Parcel> parcels,
        IReadOnlyList<string?> etags)
    {
        metrics.Submitted(etags.Count);
        var next = 0;
        foreach (var record in transaction)
        {
            next += record.Inserts.Length;
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

    // After a 409, 412, 503, a time-out or a cancellation the transaction may be committed, by us or by the SDK's own retry. It may
    // also be committed later. That is harmless, because every transaction holds an insert that only one transaction can win.
    // Returns the records whose rows are not there.
    private async Task<List<PlannedRecord>> ReadBackAsync(List<PlannedRecord> transaction)
    {
        var rows = await _rows.ReadAsync([.. transaction.Select(record => record.SubjectRowKey)]).ConfigureAwait(false);
        var mine = Committed.Count;
        var ruled = new List<Judgement>();
        foreach (var record in WithTheirResends(transaction, rows))
        {
            var row = rows[record.SubjectRowKey];
            if (record.IsDeadLetter)
            {
                SettleDeadLetter(record, row);
                continue;
            }

            var judgement = Judgement.Of(record, record.Identity, row, attempt);
            known?.Remember(
                record.Subject,
                new KnownRow(row.Text(IdentityColumns.Key) ?? "", ContentHash.Parse(row.Text(IdentityColumns.Fingerprint))));
            if (judgement.Verdict == Verdict.Mine)
            {
                Settle(record, Verdict.Mine);
            }
            else
            {
                ruled.Add(judgement);
            }
        }

        OfferMine(mine);
        var (noted, _) = await _rows.NoteAsync(ruled).ConfigureAwait(false);
        foreach (var (record, verdict, _) in noted)
        {
            Settle(record, verdict);
        }

        List<PlannedRecord> missing = [.. transaction.Where(record => !rows.ContainsKey(record.SubjectRowKey))];
        missing.ForEach(record => record.ReplacedETag = null);
        return missing;
    }

    // If nothing is remembered, all records that wait for the same subjects are judged at once. Otherwise each of them would cost an
    // insert, a reading and a note of its own.
    private List<PlannedRecord> WithTheirResends(List<PlannedRecord> transaction, IReadOnlyDictionary<string, Row> rows) =>
        [.. (known is null ? pending : transaction).Where(record => !record.IsSettled && rows.ContainsKey(record.SubjectRowKey))];

    // If another event has inserted one of the further rows, the transaction would fail for ever. That row was there before the
    // subject's row is read once more. Both are inserted in one transaction, so a subject without its row has not inserted it.
    private async Task RuleOutStuckAsync(List<PlannedRecord> stuck)
    {
        foreach (var record in stuck.Where(record => !record.IsDeadLetter))
        {
            string[] further =
            [
                .. record.Inserts.Skip(1).Select(insert => insert.RowKey),
                .. record.Messages.Select(message => OutboxRows.RowKeyOf(message.Id)),
            ];
            var taken = further.Length == 0 ? null : (await _rows.ReadAsync(further).ConfigureAwait(false)).Keys.FirstOrDefault();
            if (taken is not null)
            {
                await RefuseAsync(
                    [record], $"Row '{taken}' is there already, inserted by another event: a plan's rows are named after its own subject.")
                    .ConfigureAwait(false);
            }
        }
    }

    // Of two topics' records at the same coordinates each replaces the other's row where both come again. The letter may stand in
    // the outbox all the while, parked for a person: it need not leave twice, and would fail the transaction for ever.
    private async Task LeaveStandingLettersAsync(List<PlannedRecord> stuck)
    {
        foreach (var record in stuck)
        {
            string[] standing = [.. record.Messages.Select(message => OutboxRows.RowKeyOf(message.Id))];
            if (standing.Length > 0 && (await _rows.ReadAsync(standing).ConfigureAwait(false)).Count > 0)
            {
                record.Messages = [];
            }
        }
    }

    // It is not known which of the transactions tried was committed, and so not how its messages are stored in the table.
    private void OfferMine(int from)
    {
        var messages = Committed.Skip(from).SelectMany(record => record.Messages).Select(message => message.Id)
            .ToHashSet(StringComparer.Ordinal);
        if (messages.Count > 0)
        {
            outbox.Offer(bucket, [.. _inDoubt
                .Where(parcel => parcel.Messages.Any(message => messages.Contains(message.Id)))
                .DistinctBy(parcel => parcel.Id)
                .Select(parcel => new CommittedParcel(parcel, null))]);
        }
    }

    private void SettleDeadLetter(PlannedRecord record, Row row)
    {
        switch (Verdicts.Of(row, record.Identity, attempt))
        {
            case Verdict.Mine when IsOfTheSameTime(row, record.Record):
                Settle(record, Verdict.Mine);
                break;
            case Verdict.Duplicate when IsOfTheSameTime(row, record.Record):
                Settle(record, Verdict.Duplicate);
                break;
            default:
                record.ReplacedETag = row.ETag;
                break;
        }
    }

    // A topic made anew has other records at old coordinates. Their bytes may be equal, and then the timestamps tell them apart. If
    // a timestamp is missing on either side, it tells nothing. Earlier versions wrote a missing one as the first moment of 1970.
    private static bool IsOfTheSameTime(Row row, ConsumedRecord record) => record.Timestamp is not { } timestamp
        || row.Columns.GetValueOrDefault("RecordTimestamp") is not DateTimeOffset before
        || before == DateTimeOffset.UnixEpoch
        || before == timestamp;

    private void Settle(PlannedRecord record, Verdict verdict)
    {
        switch (verdict)
        {
            case Verdict.Mine:
                Applied(record);
                break;
            case Verdict.Duplicate:
                record.IsSettled = true;
                Duplicates.Add(record);
                break;
            default:
                RuleOut(record, verdict, null);
                break;
        }
    }

    private void Applied(PlannedRecord record)
    {
        record.IsSettled = true;
        Committed.Add(record);
        if (!record.IsDeadLetter)
        {
            known?.Remember(record.Subject, new KnownRow(record.Identity.Key, record.Identity.Hash));
        }
    }

    // This request committed nothing. To find the record at fault, each goes alone. Even then it may have been applied before, by a
    // version of the code that planned something else, so its row decides.
    private async Task RefuseAsync(List<PlannedRecord> transaction, string? detail)
    {
        if (transaction.Count > 1)
        {
            transaction.ForEach(record => record.Alone = true);
            return;
        }

        var missing = transaction[0].IsDeadLetter ? transaction : await ReadBackAsync(transaction).ConfigureAwait(false);
        foreach (var record in missing)
        {
            RuleOut(record, Verdict.Free, detail);
        }
    }

    private void RuleOut(PlannedRecord record, Verdict verdict, string? detail)
    {
        record.IsSettled = true;
        RuledOut.Add((record, verdict, detail));
    }
}
