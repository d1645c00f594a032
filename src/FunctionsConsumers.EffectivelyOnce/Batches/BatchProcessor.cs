using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.EffectivelyOnce.Telemetry;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Batches;

/// <summary>
/// Handles batches for one consumer group: plans every record, commits the plans bucket by bucket, buckets side by side,
/// and returns only when each record is applied, a duplicate, or has its dead letter's row.
/// </summary>
/// <typeparam name="TEvent">The domain's event.</typeparam>
internal sealed partial class BatchProcessor<TEvent> : IBatchProcessor
{
    // About 150 bytes each: some 6 MB for each group.
    private const int RememberedSubjects = 40_000;

    // Some 80,000 records of 200 bytes.
    private const int RememberedBytes = 20 * 1024 * 1024;

    private readonly IEventDecoder<TEvent> _decoder;
    private readonly Planner<TEvent> _planner;
    private readonly ITableStore _store;
    private readonly Buckets _buckets;
    private readonly IOutbox _outbox;
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly Counters _counters;
    private readonly KnownSubjects? _known;
    private readonly KnownRecords? _knownRecords;
    private readonly GroupMetrics _metrics;
    private readonly GroupSpans _spans;

    /// <summary>Makes the processor of a group.</summary>
    /// <param name="consumer">The group's decisions.</param>
    /// <param name="decoder">Makes events of records.</param>
    /// <param name="store">The group's table.</param>
    /// <param name="buckets">The table's buckets.</param>
    /// <param name="outbox">Where committed messages are left.</param>
    /// <param name="options">The settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">The source of jitter.</param>
    /// <param name="logger">Where each batch is reported.</param>
    /// <exception cref="ArgumentException">The consumer's <see cref="IConsumer{TEvent}.EffectKind" /> is the library's own, or
    /// cannot begin a row key.</exception>
    public BatchProcessor(
        IConsumer<TEvent> consumer,
        IEventDecoder<TEvent> decoder,
        ITableStore store,
        Buckets buckets,
        IOutbox outbox,
        EffectivelyOnceOptions options,
        TimeProvider time,
        Random random,
        ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        ArgumentNullException.ThrowIfNull(options);
        Group = consumer.Group;
        _metrics = new GroupMetrics(consumer.Group);
        _spans = new GroupSpans(consumer.Group);
        _decoder = decoder;
        _planner = new Planner<TEvent>(consumer, decoder, buckets);
        _store = store;
        _buckets = buckets;
        _outbox = outbox;
        _limit = options.BatchDeadline;
        _time = time;
        _random = random;
        _logger = logger;
        _counters = new Counters(store);

        // Rows that are nothing but keys are forgotten some day, so what was seen of them is no knowledge.
        _known = _planner.KeepsKeysOnly ? null : new KnownSubjects(RememberedSubjects);
        _knownRecords = _planner.KeepsKeysOnly || !decoder.DecodesByContent ? null : new KnownRecords(RememberedBytes);
    }

    /// <inheritdoc />
    public string Group { get; }

    /// <inheritdoc />
    public async Task<BatchOutcome> ProcessAsync(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        using var deadline = new Deadline(_time, _limit, _random, cancellationToken);
        return await ProcessAsync(records, deadline).ConfigureAwait(false);
    }

    /// <summary>Handles a batch within a deadline of which part may be over already.</summary>
    internal async Task<BatchOutcome> ProcessAsync(IReadOnlyList<ConsumedRecord> records, Deadline deadline)
    {
        var started = _time.GetTimestamp();
        using var span = _spans.Batch(records);
        try
        {
            var outcome = await SettleAsync(records, deadline).ConfigureAwait(false);
            LogBatch(Group, records.Count, outcome.Applied, outcome.Duplicates, outcome.DeadLettered,
                (long)_time.GetElapsedTime(started).TotalMilliseconds);
            _metrics.Settled(outcome, deadline.Tries, _time.GetElapsedTime(started));
            GroupSpans.Settled(span, outcome, deadline.Tries);
            return outcome;
        }
        catch (Exception failure)
        {
            _metrics.Failed(failure, _time.GetElapsedTime(started));
            GroupSpans.Failed(span, failure);
            throw;
        }
    }

    private async Task<BatchOutcome> SettleAsync(IReadOnlyList<ConsumedRecord> records, Deadline deadline)
    {
        var delivery = Delivery.Begin(_time.GetUtcNow());
        var outcomes = new RecordOutcome[records.Count];
        var pending = Plan(records, delivery, outcomes);
        var duplicates = await SettleRejectedAsync(pending, delivery, deadline).ConfigureAwait(false);
        duplicates.ForEach(record => outcomes[record.Position] = record.Suppressed());
        while (pending.Count > 0)
        {
            var runs = Runs(pending, delivery.Attempt, deadline);
            await Task.WhenAll(runs.Select(run => run.RunAsync())).ConfigureAwait(false);
            pending = [];
            foreach (var run in runs)
            {
                run.Duplicates.ForEach(record => outcomes[record.Position] = record.Suppressed());
                run.Committed.ForEach(record => outcomes[record.Position] = record.Settled());
                pending.AddRange(
                    run.RuledOut.Select(ruledOut => DeadLetter(ruledOut.Record, ruledOut.Verdict, ruledOut.Detail, delivery)));
                Remember(run.Committed);
                Remember(run.Duplicates);
            }
        }

        return new BatchOutcome(outcomes);
    }

    // What is known already, and what is not for this group, has its outcome at once. The others are planned.
    private List<PlannedRecord> Plan(IReadOnlyList<ConsumedRecord> records, Delivery delivery, RecordOutcome[] outcomes)
    {
        var pending = new List<PlannedRecord>(records.Count);
        for (var position = 0; position < records.Count; position++)
        {
            var record = records[position];
            var hash = _knownRecords is null ? 0 : KnownRecords.HashOf(record);
            if (_knownRecords?.Knows(record, hash) == true)
            {
                outcomes[position] = new RecordOutcome(record.Coordinates, RecordResult.Duplicate);
            }
            else if (_planner.Plan(record, delivery) is { } planned)
            {
                if (planned.Letter?.Failure is { } failure)
                {
                    LogThrown(Group, record.Coordinates, failure.GetType().FullName!, failure.StackTrace);
                }

                (planned.Position, planned.ContentHash) = (position, hash);
                pending.Add(planned);
            }
            else
            {
                outcomes[position] = new RecordOutcome(record.Coordinates, RecordResult.PassedOver);
            }
        }

        return pending;
    }

    // Committed ones, and those that a committed row calls the same event. A record whose key is its place in the log is an
    // event of its own: the same content at another place is another event.
    private void Remember(List<PlannedRecord> settled)
    {
        foreach (var record in settled)
        {
            if (!record.IsDeadLetter && !record.Identity.HasPlaceForKey)
            {
                _knownRecords?.Remember(record.Record, record.ContentHash);
            }
        }
    }

    // Records of several partitions have no order between them: kept together by partition, a transaction touches fewer
    // of the counters that each partition has for itself. The sort is stable, so each partition's own order stays.
    private List<BucketRun> Runs(List<PlannedRecord> pending, string attempt, Deadline deadline)
    {
        var buckets = new List<PlannedRecord>?[_buckets.All.Count];
        var expected = Math.Min(pending.Count, 4 + (2 * pending.Count / buckets.Length));
        foreach (var record in pending)
        {
            (buckets[record.Bucket] ??= new List<PlannedRecord>(expected)).Add(record);
        }

        var isOfOnePartition = pending.TrueForAll(record => record.Record.Coordinates.Partition == pending[0].Record.Coordinates.Partition
            && string.Equals(record.Record.Coordinates.Topic, pending[0].Record.Coordinates.Topic, StringComparison.Ordinal));
        var runs = new List<BucketRun>(buckets.Length);
        for (var bucket = 0; bucket < buckets.Length; bucket++)
        {
            if (buckets[bucket] is { } own)
            {
                runs.Add(new BucketRun(
                    _store,
                    _buckets.All[bucket],
                    isOfOnePartition
                        ? own
                        : [.. own.OrderBy(record => record.Record.Coordinates.Topic, StringComparer.Ordinal)
                            .ThenBy(record => record.Record.Coordinates.Partition)],
                    attempt,
                    _counters,
                    _known,
                    _outbox,
                    deadline,
                    _metrics,
                    _spans));
            }
        }

        return runs;
    }

    // What a plan or a decoder rejects now may have been applied by an owner with another version of them, or with a newer
    // view of the data that the verdict depends on: the data and the subject's row are read again before it is given.
    private async Task<List<PlannedRecord>> SettleRejectedAsync(List<PlannedRecord> pending, Delivery delivery, Deadline deadline)
    {
        if (pending.Exists(record => record.IsProvisional))
        {
            await RetryAsync(async () =>
            {
                await _decoder.RefreshAsync(deadline.Token).ConfigureAwait(false);
                return true;
            }, deadline).ConfigureAwait(false);
            var later = delivery.At(_time.GetUtcNow());
            for (var i = 0; i < pending.Count; i++)
            {
                pending[i] = pending[i].IsProvisional ? _planner.Plan(pending[i].Record, later)!.InPlaceOf(pending[i]) : pending[i];
            }
        }

        if (!pending.Exists(record => record.Event is not null))
        {
            return [];
        }

        var rejected = pending.Where(record => record.Event is not null)
            .GroupBy(record => _buckets.Of(record.Event!.Subject), StringComparer.Ordinal);
        var ruled = await Task.WhenAll(rejected.Select(bucket => JudgeAsync(bucket.Key, [.. bucket], delivery.Attempt, deadline)))
            .ConfigureAwait(false);
        var duplicates = new List<PlannedRecord>();
        foreach (var (record, verdict, _) in ruled.SelectMany(bucket => bucket))
        {
            if (verdict is Verdict.Duplicate or Verdict.Mine)
            {
                duplicates.Add(record);
                pending.Remove(record);
            }
            else
            {
                pending[pending.IndexOf(record)] = DeadLetter(record, record.Event!, verdict, null, delivery);
            }
        }

        return duplicates;
    }

    // Returns those that their subjects' rows rule on. An event that is at fault by itself stays so whatever another one
    // has written: only the same event's row says otherwise.
    private async Task<List<Judgement>> JudgeAsync(string bucket, List<PlannedRecord> records, string attempt, Deadline deadline)
    {
        var subjects = new SubjectRows(_store, bucket, _planner.KeepsKeysOnly, deadline);
        var ruled = new List<Judgement>();
        for (var failures = 1; ; failures++)
        {
            var rows = await subjects.ReadAsync([.. records.Select(RowKeyOf).Distinct(StringComparer.Ordinal)]).ConfigureAwait(false);
            var (noted, open) = await subjects.NoteAsync([.. records
                .Where(record => rows.ContainsKey(RowKeyOf(record)))
                .Select(record => Judgement.Of(record, record.Event!, rows[RowKeyOf(record)], attempt))
                .Where(one => one.Verdict is Verdict.Duplicate or Verdict.Mine || one.Record.IsProvisional)]).ConfigureAwait(false);
            ruled.AddRange(noted);
            records = [.. open.Select(one => one.Record)];
            if (records.Count == 0)
            {
                return ruled;
            }

            await deadline.BackOffAsync(failures).ConfigureAwait(false);
        }

        string RowKeyOf(PlannedRecord record) => RowKey.OfSubject(_planner.SubjectRowKind, record.Event!.Subject);
    }

    private static async Task<T> RetryAsync<T>(Func<Task<T>> read, Deadline deadline)
    {
        for (var failures = 1; ; failures++)
        {
            deadline.ThrowIfOver();
            try
            {
                return await read().ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not SettingException)
            {
                deadline.Note(failure.Message, failure);
                await deadline.BackOffAsync(failures).ConfigureAwait(false);
            }
        }
    }

    private PlannedRecord DeadLetter(PlannedRecord record, Verdict verdict, string? refusal, Delivery delivery)
    {
        // The table refused the dead letter itself: it goes without what may be at fault, down to the form that always fits.
        if (record.IsDeadLetter)
        {
            return record.Letter!.Smaller()?.InPlaceOf(record)
                ?? throw new InvalidOperationException(
                    $"The table of '{Group}' refuses the dead letter of {record.Record.Coordinates}: {refusal}");
        }

        return DeadLetter(record, record.Identity, verdict, refusal, delivery);
    }

    private PlannedRecord DeadLetter(PlannedRecord record, EventIdentity identity, Verdict verdict, string? refusal, Delivery delivery)
    {
        var rejection = verdict switch
        {
            Verdict.KeyReused => new Rejection(DeadLetterReasons.KeyReused,
                $"'{identity.Subject}' was handled with another content under the same idempotency key: an event sent again has to be "
                    + "the same event."),
            Verdict.SubjectExists => new Rejection(_decoder.SubjectExistsReason,
                $"'{identity.Subject}' was handled with another content under another idempotency key: two different events have one id."),
            _ => new Rejection(DeadLetterReasons.Refused, $"The event's rows are refused: {refusal}"),
        };
        LogDeadLetter(Group, record.Record.Coordinates, rejection.Reason);
        return _planner.DeadLetter(record.Record, identity, rejection, delivery.At(_time.GetUtcNow())).InPlaceOf(record);
    }

    [LoggerMessage(1, LogLevel.Information,
        "{Group}: {Records} records: {Applied} applied, {Duplicates} duplicates, {DeadLettered} dead-lettered, {Milliseconds} ms")]
    private partial void LogBatch(string group, int records, int applied, int duplicates, int deadLettered, long milliseconds);

    // Without the exception itself: its text may quote the record. The dead letter has the text.
    [LoggerMessage(3, LogLevel.Error, "{Group}: {Coordinates} is dead-lettered, because its decoder or consumer threw {Type}\n{Stack}")]
    private partial void LogThrown(string group, Coordinates coordinates, string type, string? stack);

    [LoggerMessage(2, LogLevel.Debug, "{Group}: {Coordinates} is dead-lettered: {Reason}")]
    private partial void LogDeadLetter(string group, Coordinates coordinates, string reason);
}
