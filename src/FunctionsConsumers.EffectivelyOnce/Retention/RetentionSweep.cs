using System.Globalization;
using System.Runtime.ExceptionServices;
using FunctionsConsumers.EffectivelyOnce.Outages;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Retention;

/// <summary>
/// Deletes old rows of dead letters and rows that are nothing but keys. The invariant: a row is deleted only if it is older than the
/// retention, its record has left the topic, its messages have left the outbox, and it is still the version that was read.
/// </summary>
internal sealed partial class RetentionSweep(
    string group, ITableStore table, ITableStore cursors, Buckets buckets, IGroupLog log, IReadOnlyList<string> topics, TimeSpan retention,
    TimeProvider time, ILogger logger)
{
    /// <summary>
    /// How many rows a second the sweep deletes at most: a tenth of what one partition takes (2,000 entities/s), so that
    /// live traffic in the same bucket keeps the rest.
    /// </summary>
    public const int RowsPerSecond = 200;

    /// <summary>
    /// How long ago a log's start must have been seen before it counts. It is longer than any delivery of a batch lasts. The broker
    /// may drop a record while its batch is still being handled. If its key were deleted by the start of this moment, that batch
    /// would apply the record again.
    /// </summary>
    public static readonly TimeSpan LongestDelivery = TimeSpan.FromMinutes(10);

    private const string CursorRow = "retention!cursor";
    private const string CursorColumn = "Bucket";
    private const string StartsRow = "retention!starts!";
    private const string StartsColumn = "Starts";
    private const string StartsAtColumn = "StartsAt";
    private const string TopicIdColumn = "TopicId";

    // A column takes 32 K characters. For partitions that do not fit, nothing is deleted.
    private const int MaxStarts = 30_000;

    private static readonly string[] Columns =
        [IdentityColumns.AppliedAt, IdentityColumns.ProlongedAt, IdentityColumns.SeenAt, IdentityColumns.Topic, IdentityColumns.Partition,
            IdentityColumns.Offset];

    private readonly ILogger _logger = logger;

    /// <summary>The faults that did not stop it.</summary>
    internal ContainedFaults Faults { get; } = new();

    /// <summary>Sweeps from where the last run stopped, once round at most.</summary>
    /// <exception cref="StoreUnavailableException">The table could not be read; a bucket that cannot be read keeps no other.</exception>
    public async Task<int> RunAsync(int most, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var cursor = (await cursors.ReadAsync(group, [CursorRow], null, cancellationToken).ConfigureAwait(false))
            .GetValueOrDefault(CursorRow);
        var starts = new Dictionary<(string Topic, int Partition), long>();
        foreach (var topic in topics)
        {
            foreach (var (partition, start) in await LogStartsAsync(topic, cancellationToken).ConfigureAwait(false))
            {
                starts[(topic, partition)] = start;
            }
        }

        var first = Math.Max(0, buckets.All.ToList().IndexOf(cursor?.Text(CursorColumn) ?? ""));
        var forgotten = 0;
        var failures = new List<Exception>();
        var i = 0;
        for (; i < buckets.All.Count && forgotten < most; i++)
        {
            var bucket = buckets.All[(first + i) % buckets.All.Count];
            try
            {
                await NoteAsync(CursorRow, new Dictionary<string, object> { [CursorColumn] = bucket }, cancellationToken)
                    .ConfigureAwait(false);
                forgotten += await SweepAsync(bucket, most - forgotten, starts, cancellationToken).ConfigureAwait(false);
                Faults.Over(bucket);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                failures.Add(failure);
                if (Faults.Note(bucket, failure.Message))
                {
                    LogBucketFailed(group, bucket, failure.Message, Faults.Count);
                }
            }
        }

        LogSwept(group, forgotten);
        if (failures.Count == i)
        {
            ExceptionDispatchInfo.Throw(failures[0]);
        }

        return forgotten;
    }

    // Where a topic's partitions began when an earlier round looked. Empty if no round has looked long enough ago. Also empty if it
    // looked at another topic of that name, because those offsets say nothing about this topic's.
    private async Task<Dictionary<int, long>> LogStartsAsync(string topic, CancellationToken cancellationToken)
    {
        var rowKey = StartsRow + RowKey.Escape(topic);
        var earlier = (await cursors.ReadAsync(group, [rowKey], null, cancellationToken).ConfigureAwait(false)).GetValueOrDefault(rowKey);
        var noted = earlier?.Columns.GetValueOrDefault(StartsAtColumn) is DateTimeOffset at ? at : (DateTimeOffset?)null;
        if (noted is not null && time.GetUtcNow() - noted < LongestDelivery)
        {
            return [];
        }

        // The id is asked for first. If the topic is made anew between the two questions, its starts are noted under the old id and
        // never used.
        var topicId = await log.TopicIdAsync(topic, cancellationToken).ConfigureAwait(false) ?? "";
        var positions = await log.PositionsAsync(topic, group, cancellationToken).ConfigureAwait(false);
        var starts = string.Join(
            ',', positions.Select(position => string.Create(CultureInfo.InvariantCulture, $"{position.Partition}:{position.LogStart}")));
        await NoteAsync(rowKey, new Dictionary<string, object>
        {
            [StartsColumn] = starts.Length <= MaxStarts ? starts : starts[..starts.LastIndexOf(',', MaxStarts)],
            [StartsAtColumn] = time.GetUtcNow(),
            [TopicIdColumn] = topicId,
        }, cancellationToken).ConfigureAwait(false);
        if (earlier?.Text(TopicIdColumn) != topicId)
        {
            return [];
        }

        // A start never goes back. If it has, the topic was made anew, though no id tells it.
        var now = positions.ToDictionary(position => position.Partition, position => position.LogStart);
        return (earlier?.Text(StartsColumn) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(start => start.Split(':'))
            .Where(start => start.Length == 2)
            .Select(start =>
                (Partition: int.Parse(start[0], CultureInfo.InvariantCulture), Start: long.Parse(start[1], CultureInfo.InvariantCulture)))
            .Where(start => now.TryGetValue(start.Partition, out var present) && present >= start.Start)
            .ToDictionary(start => start.Partition, start => start.Start);
    }

    private async Task<int> SweepAsync(
        string bucket, int most, Dictionary<(string Topic, int Partition), long> starts, CancellationToken cancellationToken)
    {
        // A row that cannot be read may be a message of any event. The exception then keeps all rows of the bucket.
        // A message's row is inserted together with the row it belongs to, never later. A row without one now gets none.
        var waiting = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var row in table.ScanAsync(bucket, OutboxRows.Prefix, null, cancellationToken).ConfigureAwait(false))
        {
            foreach (var message in OutboxRows.MessagesOf(group, row))
            {
                waiting.Add(RowKey.OfSubject("key", message.Subject));
                waiting.Add("dead!" + message.Subject);
            }
        }

        var forgotten = 0;
        List<RowOperation> deletes = [];
        foreach (var prefix in (string[])["dead!", "key!"])
        {
            await foreach (var row in table.ScanAsync(bucket, prefix, Columns, cancellationToken).ConfigureAwait(false))
            {
                if (waiting.Contains(row.RowKey) || !IsOld(row) || !IsGoneFromTheTopic(row, starts))
                {
                    continue;
                }

                deletes.Add(RowOperation.Delete(row.RowKey, row.ETag));
                if (deletes.Count == TransactionLimits.MaxRows || forgotten + deletes.Count >= most)
                {
                    forgotten += await DeleteAsync(bucket, deletes, cancellationToken).ConfigureAwait(false);
                    deletes = [];
                    if (forgotten >= most)
                    {
                        return forgotten;
                    }
                }
            }
        }

        return forgotten + await DeleteAsync(bucket, deletes, cancellationToken).ConfigureAwait(false);
    }

    private bool IsOld(Row row)
    {
        var at = row.Columns.TryGetValue(IdentityColumns.ProlongedAt, out var prolonged)
            ? prolonged
            : row.Columns.GetValueOrDefault(IdentityColumns.AppliedAt);
        return at is DateTimeOffset written && time.GetUtcNow() - written > retention;
    }

    // Its own record, and every other record that this row has judged. If a partition's start is not known, the partition may only
    // be out of reach, so nothing is deleted for it.
    private static bool IsGoneFromTheTopic(Row row, Dictionary<(string Topic, int Partition), long> starts)
    {
        if (row.Text(IdentityColumns.Topic) is not { } from
            || row.Number(IdentityColumns.Partition) is not { } partition
            || row.Number(IdentityColumns.Offset) is not { } offset)
        {
            return false;
        }

        // Another version may have written the places in a form that cannot be read here. Then they may be any places.
        return Sightings.TryRead(row.Text(IdentityColumns.SeenAt)) is { } seen
            && seen.Append(new Coordinates(from, (int)partition, offset))
                .All(place => starts.TryGetValue((place.Topic, place.Partition), out var start) && place.Offset < start);
    }

    private async Task<int> DeleteAsync(string bucket, List<RowOperation> deletes, CancellationToken cancellationToken)
    {
        if (deletes.Count == 0)
        {
            return 0;
        }

        var forgotten = 0;
        var together = await table.SubmitAsync(bucket, deletes, cancellationToken).ConfigureAwait(false);
        if (together.Status == SubmitStatus.Committed)
        {
            forgotten = deletes.Count;
        }
        else
        {
            // A row that was prolonged meanwhile must not keep the others. What fails now is left to the next run.
            foreach (var delete in deletes)
            {
                var alone = await table.SubmitAsync(bucket, [delete], cancellationToken).ConfigureAwait(false);
                forgotten += alone.Status == SubmitStatus.Committed ? 1 : 0;
            }
        }

        await Pause.ForAsync(TimeSpan.FromSeconds((double)deletes.Count / RowsPerSecond), time, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return forgotten;
    }

    private async Task NoteAsync(string rowKey, Dictionary<string, object> columns, CancellationToken cancellationToken)
    {
        var row = (await cursors.ReadAsync(group, [rowKey], null, cancellationToken).ConfigureAwait(false)).GetValueOrDefault(rowKey);
        var noted = await cursors.SubmitAsync(
            group, [row is null ? RowOperation.Insert(rowKey, columns) : RowOperation.Merge(rowKey, columns, row.ETag)],
            cancellationToken).ConfigureAwait(false);
        if (noted.Status != SubmitStatus.Committed)
        {
            LogNotNoted(group, noted.Detail);
        }
    }

    [LoggerMessage(82, LogLevel.Warning, "{Group}: nothing of bucket {Bucket} could be forgotten now ({Faults} faults so far): {Reason}")]
    private partial void LogBucketFailed(string group, string bucket, string reason, long faults);

    [LoggerMessage(80, LogLevel.Information, "{Group}: {Forgotten} rows of keys and dead letters were forgotten")]
    private partial void LogSwept(string group, int forgotten);

    [LoggerMessage(81, LogLevel.Debug, "{Group}: the sweep's place could not be noted: {Reason}")]
    private partial void LogNotNoted(string group, string? reason);
}
