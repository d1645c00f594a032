using System.Collections.Concurrent;
using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Progress;

/// <summary>
/// One group's record of what it has finished, in the table <c>progress</c>. Written lazily and merged by ETag: losing the
/// last seconds of it costs a few suppressed duplicates, never an effect. The invariant: a partition has its floor before
/// its first batch, and nothing below the floor is ever handled by the audit.
/// </summary>
/// <param name="group">The consumer group, the rows' partition key.</param>
/// <param name="store">The table <c>progress</c>.</param>
/// <param name="log">The log, to learn where the group begins.</param>
/// <param name="startsAtEnd">Whether a group without a committed offset begins at the log's end (<c>autoOffsetReset</c> is <c>Latest</c>).</param>
/// <param name="logger">Where a topic made anew is reported.</param>
internal sealed partial class GroupProgress(string group, ITableStore store, IGroupLog log, bool startsAtEnd, ILogger logger)
{
    /// <summary>The table.</summary>
    public const string TableName = "progress";

    private const int TriesAgainstOtherOwners = 20;

    private readonly ILogger _logger = logger;
    private readonly ConcurrentDictionary<(string Topic, int Partition), OffsetIntervals> _unwritten = new();
    private readonly ConcurrentDictionary<(string Topic, int Partition), byte> _floors = new();

    /// <summary>Gives partitions their floor where they have none.</summary>
    /// <param name="records">A batch about to be handled.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>When each partition of the batch has a floor.</returns>
    /// <exception cref="StoreUnavailableException">The table could not be read or written.</exception>
    public async Task EnsureFloorsAsync(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        HashSet<string>? topics = null;
        foreach (var record in records)
        {
            if (!_floors.ContainsKey((record.Coordinates.Topic, record.Coordinates.Partition)))
            {
                (topics ??= new(StringComparer.Ordinal)).Add(record.Coordinates.Topic);
            }
        }

        foreach (var topic in topics ?? [])
        {
            await EnsureFloorsAsync(topic, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives every partition of a topic its floor where it has none: the group's committed offset, else where it starts.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>What the group has finished of each partition, as the table has it, and where the log stands.</returns>
    /// <exception cref="StoreUnavailableException">The table could not be read or written.</exception>
    public async Task<IReadOnlyList<(PartitionPosition Position, PartitionProgress Progress)>> EnsureFloorsAsync(string topic, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < TriesAgainstOtherOwners; tries++)
        {
            if (await TryEnsureFloorsAsync(topic, cancellationToken).ConfigureAwait(false) is { } found)
            {
                return found;
            }
        }

        throw new StoreUnavailableException($"The floors of '{group}' in {topic} could not be written: other owners were faster {TriesAgainstOtherOwners} times.");
    }

    /// <summary>Notes that records are finished; written at the next <see cref="FlushAsync" />.</summary>
    /// <param name="records">A batch that was settled.</param>
    public void Finished(IReadOnlyList<ConsumedRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        foreach (var record in records)
        {
            Finished(record.Coordinates.Topic, record.Coordinates.Partition, record.Coordinates.Offset, record.Coordinates.Offset + 1);
        }
    }

    /// <summary>Notes that an interval is finished; written at the next <see cref="FlushAsync" />.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="from">The first offset.</param>
    /// <param name="to">The offset after the last.</param>
    public void Finished(string topic, int partition, long from, long to)
    {
        var intervals = _unwritten.GetOrAdd((topic, partition), static _ => new());
        lock (intervals)
        {
            intervals.Add(from, to);
        }
    }

    /// <summary>Writes what is not written yet; what cannot be written now is kept for the next time.</summary>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>When it is written.</returns>
    /// <exception cref="StoreUnavailableException">The table could not be read or written.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        foreach (var ((topic, partition), intervals) in _unwritten)
        {
            OffsetIntervals taken;
            lock (intervals)
            {
                if (intervals.Intervals.Count == 0)
                {
                    continue;
                }

                taken = OffsetIntervals.Parse(intervals.ToString());
                intervals.Clear();
            }

            try
            {
                await MergeAsync(topic, partition, progress => progress.Merge(progress with { Finished = taken }), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception)
            {
                lock (intervals)
                {
                    intervals.Add(taken);
                }

                throw;
            }
        }
    }

    /// <summary>Counts records that the broker dropped before they were healed, and passes over them.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="from">The first offset.</param>
    /// <param name="to">The offset after the last.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>When it is written.</returns>
    public Task LostAsync(string topic, int partition, long from, long to, CancellationToken cancellationToken) => MergeAsync(topic, partition, progress =>
    {
        // Another audit may have counted them, or this one in a request whose answer was lost.
        var uncounted = progress.Finished.Missing(from, to).Sum(gap => gap.To - gap.From);
        var finished = OffsetIntervals.Parse(progress.Finished.ToString());
        finished.Add(from, to);
        return progress with { Finished = finished, Lost = progress.Lost + uncounted };
    }, cancellationToken);

    private static string RowKeyOf(string topic, int partition) => string.Create(CultureInfo.InvariantCulture, $"{topic}:{partition}");

    private async Task MergeAsync(string topic, int partition, Func<PartitionProgress, PartitionProgress> change, CancellationToken cancellationToken)
    {
        var rowKey = RowKeyOf(topic, partition);
        for (var tries = 0; tries < TriesAgainstOtherOwners; tries++)
        {
            var rows = await store.ReadAsync(group, [rowKey], null, cancellationToken).ConfigureAwait(false);
            if (!rows.TryGetValue(rowKey, out var row))
            {
                // Someone removed the row: the partition gets its floor anew with the next batch, and the audit reads it all.
                _floors.TryRemove((topic, partition), out _);
                return;
            }

            var result = await store.SubmitAsync(group, [RowOperation.Replace(rowKey, change(PartitionProgress.Read(row)).ToColumns(), row.ETag)], cancellationToken).ConfigureAwait(false);
            if (result.Status == SubmitStatus.Committed)
            {
                return;
            }
        }

        throw new StoreUnavailableException($"The progress of '{group}' in {rowKey} could not be written: other owners were faster {TriesAgainstOtherOwners} times.");
    }

    // Null where a floor could not be written: another owner was faster, or our own answer was lost, and its floor is as good
    // as ours. All is asked anew then.
    private async Task<List<(PartitionPosition, PartitionProgress)>?> TryEnsureFloorsAsync(string topic, CancellationToken cancellationToken)
    {
        var positions = await log.PositionsAsync(topic, group, cancellationToken).ConfigureAwait(false);
        var topicId = await log.TopicIdAsync(topic, cancellationToken).ConfigureAwait(false);
        var rows = await store.ReadAsync(group, [.. positions.Select(position => RowKeyOf(topic, position.Partition))], null, cancellationToken).ConfigureAwait(false);
        if (positions.Any(position => ProgressOf(position)?.IsOfAnotherTopic(topicId, position.LogEnd) == true))
        {
            // An end of the log that is older than the row proves nothing: the row may know of records that came since.
            positions = await log.PositionsAsync(topic, group, cancellationToken).ConfigureAwait(false);
        }

        var found = new List<(PartitionPosition, PartitionProgress)>(positions.Count);
        foreach (var position in positions)
        {
            var progress = ProgressOf(position);
            if (progress is null || progress.IsOfAnotherTopic(topicId, position.LogEnd))
            {
                if (progress is not null)
                {
                    LogTopicAnew(group, topic, position.Partition);
                }

                var floor = progress is null ? position.Committed ?? (startsAtEnd ? position.LogEnd : position.LogStart) : position.LogStart;
                progress = new PartitionProgress(topicId, floor, new OffsetIntervals(), 0);
                var rowKey = RowKeyOf(topic, position.Partition);
                var operation = rows.TryGetValue(rowKey, out var row) ? RowOperation.Replace(rowKey, progress.ToColumns(), row.ETag) : RowOperation.Insert(rowKey, progress.ToColumns());
                var written = await store.SubmitAsync(group, [operation], cancellationToken).ConfigureAwait(false);
                if (written.Status != SubmitStatus.Committed)
                {
                    return null;
                }
            }

            _floors[(topic, position.Partition)] = 0;
            found.Add((position, progress));
        }

        return found;

        PartitionProgress? ProgressOf(PartitionPosition position) =>
            rows.TryGetValue(RowKeyOf(topic, position.Partition), out var row) ? PartitionProgress.Read(row) : null;
    }

    [LoggerMessage(50, LogLevel.Warning, "{Group}: topic {Topic} was made anew; the progress of partition {Partition} begins again")]
    private partial void LogTopicAnew(string group, string topic, int partition);
}
