using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.ExceptionServices;
using FunctionsConsumers.EffectivelyOnce.Outages;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.EffectivelyOnce.Telemetry;
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
/// <param name="startsAtEnd">Whether a group without a committed offset begins at the log's end (<c>autoOffsetReset</c> is
/// <c>Latest</c>).</param>
/// <param name="logger">Where a topic made anew is reported.</param>
/// <param name="time">The clock; null for the system's.</param>
internal sealed partial class GroupProgress(
    string group, ITableStore store, IGroupLog log, bool startsAtEnd, ILogger logger, TimeProvider? time = null)
{
    /// <summary>The table.</summary>
    public const string TableName = "progress";

    private const int TriesAgainstOtherOwners = 20;

    // Of notes by somebody who has not asked for the floors.
    private const string AnyEpoch = "*";

    // A batch read from a topic that was removed meanwhile may still be on its way to function code, in whatever queue: as
    // long as a delivery may last, nothing that consumers say of the topic's offsets is written down. The row says that a topic
    // is so young, for processes that never saw the old one, until one has known it for as long.
    private static readonly TimeSpan DistrustAfterAnew = TimeSpan.FromMinutes(10);

    private readonly ILogger _logger = logger;
    private readonly GroupMetrics _metrics = new(group);
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ConcurrentDictionary<(string Topic, int Partition, string Epoch), OffsetIntervals> _unwritten = new();
    private readonly ConcurrentDictionary<(string Topic, int Partition), (string Epoch, long Floor)> _floors = new();
    private readonly ConcurrentDictionary<string, long> _madeAnewAt = new(StringComparer.Ordinal);

    /// <summary>The faults that did not stop it.</summary>
    internal ContainedFaults Faults { get; } = new();

    /// <summary>Gives partitions their floor where they have none.</summary>
    /// <param name="records">A batch about to be handled.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>The floors of the batch's partitions, for
    /// <see cref="Finished(IReadOnlyList{ConsumedRecord}, PartitionFloors?)" />.</returns>
    /// <exception cref="StoreUnavailableException">The table could not be read or written.</exception>
    public async Task<PartitionFloors> EnsureFloorsAsync(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        var partitions = records.Select(record => (record.Coordinates.Topic, record.Coordinates.Partition)).Distinct().ToList();
        var topicsWithoutFloors = partitions.Where(partition => !_floors.ContainsKey(partition)).Select(partition => partition.Topic);
        foreach (var topic in topicsWithoutFloors.Distinct(StringComparer.Ordinal).ToList())
        {
            await EnsureFloorsAsync(topic, cancellationToken).ConfigureAwait(false);
        }

        var floors = new PartitionFloors();
        foreach (var partition in partitions)
        {
            if (_floors.TryGetValue(partition, out var known))
            {
                floors.Add(partition.Topic, partition.Partition, known.Epoch, known.Floor);
            }
        }

        return floors;
    }

    /// <summary>
    /// Gives every partition of a topic its floor where it has none: the group's committed offset, else where it starts.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>What the group has finished of each partition, as the table has it, and where the log stands.</returns>
    /// <exception cref="StoreUnavailableException">The table could not be read or written.</exception>
    public async Task<IReadOnlyList<(PartitionPosition Position, PartitionProgress Progress)>> EnsureFloorsAsync(
        string topic, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < TriesAgainstOtherOwners; tries++)
        {
            if (await TryEnsureFloorsAsync(topic, cancellationToken).ConfigureAwait(false) is { } found)
            {
                return found;
            }
        }

        throw new StoreUnavailableException(
            $"The floors of '{group}' in {topic} could not be written: other owners were faster {TriesAgainstOtherOwners} times.");
    }

    /// <summary>Notes that records are finished; written at the next <see cref="FlushAsync" />.</summary>
    /// <param name="records">A batch that was settled.</param>
    /// <param name="floors">What was known of its partitions before it was handled; null for what is known now.</param>
    public void Finished(IReadOnlyList<ConsumedRecord> records, PartitionFloors? floors = null)
    {
        ArgumentNullException.ThrowIfNull(records);
        foreach (var record in records)
        {
            var (topic, partition, offset) = record.Coordinates;
            if (!IsYoung(topic))
            {
                Finished(topic, partition, offset, offset + 1, floors?.EpochOf(topic, partition));
            }
        }
    }

    /// <summary>Notes that an interval is finished; written at the next <see cref="FlushAsync" />.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="from">The first offset.</param>
    /// <param name="to">The offset after the last.</param>
    /// <param name="epoch">Which topic of that name it is, <see cref="PartitionProgress.Epoch" />; null for the one known now.</param>
    public void Finished(string topic, int partition, long from, long to, string? epoch = null)
    {
        epoch ??= _floors.TryGetValue((topic, partition), out var known) ? known.Epoch : AnyEpoch;
        var intervals = _unwritten.GetOrAdd((topic, partition, epoch), static _ => new());
        lock (intervals)
        {
            intervals.Add(from, to);
        }
    }

    /// <summary>
    /// Writes what is not written yet; what cannot be written now is kept for the next time. A partition that fails keeps no
    /// other from being written.
    /// </summary>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>When it is written.</returns>
    /// <exception cref="StoreUnavailableException">The table could not be read or written.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        ExceptionDispatchInfo? first = null;
        foreach (var (key, intervals) in _unwritten.OrderBy(unwritten => unwritten.Key.Topic, StringComparer.Ordinal)
            .ThenBy(unwritten => unwritten.Key.Partition))
        {
            try
            {
                await WriteAsync(key, intervals, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                first ??= ExceptionDispatchInfo.Capture(failure);
            }
        }

        first?.Throw();
    }

    /// <summary>Counts records that the broker dropped before they were healed, and passes over them.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="from">The first offset.</param>
    /// <param name="to">The offset after the last.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <param name="epoch">Which topic of that name it is; null for the one known now.</param>
    /// <returns>When it is written.</returns>
    public Task LostAsync(string topic, int partition, long from, long to, CancellationToken cancellationToken, string? epoch = null) =>
        MergeAsync(
            topic, partition, epoch ?? (_floors.TryGetValue((topic, partition), out var known) ? known.Epoch : AnyEpoch), progress =>
        {
            // Another audit may have counted them, or this one in a request whose answer was lost.
            var uncounted = progress.Finished.Missing(from, to).Sum(gap => gap.To - gap.From);
            var finished = OffsetIntervals.Parse(progress.Finished.ToString());
            finished.Add(from, to);
            return progress with { Finished = finished, Lost = progress.Lost + uncounted };
        }, cancellationToken);

    private async Task WriteAsync(
        (string Topic, int Partition, string Epoch) key, OffsetIntervals intervals, CancellationToken cancellationToken)
    {
        OffsetIntervals taken;
        lock (intervals)
        {
            if (intervals.Intervals.Count == 0)
            {
                return;
            }

            taken = OffsetIntervals.Parse(intervals.ToString());
            intervals.Clear();
        }

        try
        {
            await MergeAsync(key.Topic, key.Partition, key.Epoch, progress => progress.Merge(progress with { Finished = taken }),
                cancellationToken).ConfigureAwait(false);
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

    // Whether batches of a topic that had the name before may still be in somebody's hands, as far as this process knows.
    private bool IsYoung(string topic) => _madeAnewAt.TryGetValue(topic, out var at) && _time.GetElapsedTime(at) < DistrustAfterAnew;

    private static string RowKeyOf(string topic, int partition) => string.Create(CultureInfo.InvariantCulture, $"{topic}:{partition}");

    private async Task MergeAsync(
        string topic, int partition, string epoch, Func<PartitionProgress, PartitionProgress> change, CancellationToken cancellationToken)
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

            if (ReadOrPassOver(row) is not { } progress)
            {
                return;
            }

            if (epoch != AnyEpoch && !string.Equals(progress.Epoch, epoch, StringComparison.Ordinal))
            {
                // What was finished in a topic of the same name is not finished in this one. What it costs, where it was this
                // one's after all, is that the audit asks again. The floor is asked anew without a note of the old topic to tell
                // the difference by, so the distrust of its late batches begins here.
                _floors.TryRemove((topic, partition), out _);
                _madeAnewAt[topic] = _time.GetTimestamp();
                LogOtherTopics(group, topic, partition);
                return;
            }

            var changed = change(progress) with { IsYoung = progress.IsYoung && (epoch == AnyEpoch || IsYoung(topic)) };
            var write = RowOperation.Replace(rowKey, changed.ToColumns(), row.ETag);
            var result = await store.SubmitAsync(group, [write], cancellationToken).ConfigureAwait(false);
            if (result.Status == SubmitStatus.Committed)
            {
                return;
            }
        }

        throw new StoreUnavailableException(
            $"The progress of '{group}' in {rowKey} could not be written: other owners were faster {TriesAgainstOtherOwners} times.");
    }

    // Null where a floor could not be written: another owner was faster, or our own answer was lost, and its floor is as good
    // as ours. All is asked anew then.
    private async Task<List<(PartitionPosition, PartitionProgress)>?> TryEnsureFloorsAsync(
        string topic, CancellationToken cancellationToken)
    {
        // The id first: what a topic made anew between the two questions tells is then noted under the old id, and begins anew
        // with the next asking. The other way round, a place in the old topic would be the floor of the new one.
        var topicId = await log.TopicIdAsync(topic, cancellationToken).ConfigureAwait(false);
        var positions = await log.PositionsAsync(topic, group, cancellationToken).ConfigureAwait(false);
        string[] rowKeys = [.. positions.Select(position => RowKeyOf(topic, position.Partition))];
        var rows = await store.ReadAsync(group, rowKeys, null, cancellationToken).ConfigureAwait(false);
        var known = rows.ToDictionary(row => row.Key, row => ReadOrPassOver(row.Value), StringComparer.Ordinal);
        if (positions.Any(position =>
            known.GetValueOrDefault(RowKeyOf(topic, position.Partition))?.IsOfAnotherTopic(topicId, position.LogEnd) == true))
        {
            // Answers that are older than the row prove nothing: the row may know of records that came since, and of a topic that
            // was made since.
            topicId = await log.TopicIdAsync(topic, cancellationToken).ConfigureAwait(false);
            positions = await log.PositionsAsync(topic, group, cancellationToken).ConfigureAwait(false);
        }

        // A partition above all that have a row came later than they: the group means to have it from its beginning, and what
        // it has committed there may be behind a batch that was skipped.
        var highest = positions.Where(position => rows.ContainsKey(RowKeyOf(topic, position.Partition)))
            .Select(position => position.Partition)
            .DefaultIfEmpty(int.MaxValue)
            .Max();
        var found = new List<(PartitionPosition Position, PartitionProgress Progress)>(positions.Count);
        var writes = new List<RowOperation>();
        foreach (var position in positions)
        {
            var rowKey = RowKeyOf(topic, position.Partition);
            if (!known.TryGetValue(rowKey, out var progress))
            {
                var floor = position.Partition > highest
                    ? position.LogStart
                    : position.Committed ?? (startsAtEnd ? position.LogEnd : position.LogStart);
                progress = Anew(topicId, floor);
                writes.Add(RowOperation.Insert(rowKey, progress.ToColumns()));
            }
            else if (progress is null)
            {
                // Its floor is not known, so its records are handled and nothing of it is audited.
                _floors[(topic, position.Partition)] = (AnyEpoch, long.MinValue);
                continue;
            }
            else if (progress.IsOfAnotherTopic(topicId, position.LogEnd))
            {
                LogTopicAnew(group, topic, position.Partition);
                _madeAnewAt[topic] = _time.GetTimestamp();
                progress = Anew(topicId, position.LogStart) with { IsYoung = true };
                writes.Add(RowOperation.Replace(rowKey, progress.ToColumns(), rows[rowKey].ETag));
            }
            else if (progress.TopicId is null && topicId is not null)
            {
                progress = progress with { TopicId = topicId };
                writes.Add(RowOperation.Replace(rowKey, progress.ToColumns(), rows[rowKey].ETag));
            }

            found.Add((position, progress));
        }

        // The highest partitions first: what stands after a crash between two transactions has rows for the highest, and the
        // rest are not taken for partitions that came later.
        foreach (var chunk in Enumerable.Reverse(writes).Chunk(TransactionLimits.MaxRows))
        {
            if ((await store.SubmitAsync(group, chunk, cancellationToken).ConfigureAwait(false)).Status != SubmitStatus.Committed)
            {
                return null;
            }
        }

        foreach (var (position, progress) in found)
        {
            var isNew = _floors.TryGetValue((topic, position.Partition), out var floor)
                ? !string.Equals(floor.Epoch, progress.Epoch, StringComparison.Ordinal)
                : progress.IsYoung;
            if (isNew)
            {
                // Another process has seen it first.
                _madeAnewAt[topic] = _time.GetTimestamp();
            }

            _floors[(topic, position.Partition)] = (progress.Epoch, progress.Floor);
            _metrics.LagSeen(topic, position.Partition,
                Math.Max(0, position.LogEnd - Math.Max(position.LogStart, position.Committed ?? progress.Floor)));
        }

        return found;
    }

    private static PartitionProgress Anew(string? topicId, long floor) =>
        new(topicId, floor, new OffsetIntervals(), 0, topicId is null ? Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture) : null);

    // Null: another version wrote it, or it is broken. It is left as it is, and nothing else stands still for it.
    private PartitionProgress? ReadOrPassOver(Row row)
    {
        try
        {
            var progress = PartitionProgress.Read(row);
            Faults.Over(row.RowKey);
            return progress;
        }
        catch (FormatException unreadable)
        {
            if (Faults.Note(row.RowKey, unreadable.Message))
            {
                LogPassedOver(group, row.RowKey, unreadable.Message, Faults.Count);
            }

            return null;
        }
    }

    [LoggerMessage(50, LogLevel.Warning, "{Group}: topic {Topic} was made anew; the progress of partition {Partition} begins again")]
    private partial void LogTopicAnew(string group, string topic, int partition);

    [LoggerMessage(51, LogLevel.Information,
        "{Group}: what was finished of {Topic} partition {Partition} belongs to another topic of that name and is not written down")]
    private partial void LogOtherTopics(string group, string topic, int partition);

    [LoggerMessage(52, LogLevel.Error, "{Group}: row {RowKey} of the progress cannot be read by this version; "
        + "its partition is consumed and not audited ({Faults} faults so far): {Reason}")]
    private partial void LogPassedOver(string group, string rowKey, string reason, long faults);
}
