using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Retention;

/// <summary>
/// Forgets dead letters' rows and rows that are nothing but keys. The invariant: a row goes only when it is older than the
/// retention, and its record is no longer in the topic, and none of its messages is left in the outbox, and it is still
/// the version that was read.
/// </summary>
/// <param name="group">The consumer group.</param>
/// <param name="table">The group's table.</param>
/// <param name="cursors">The table <c>progress</c>, where the sweep notes how far it came.</param>
/// <param name="buckets">The table's buckets.</param>
/// <param name="log">The log, to learn what the topic still holds.</param>
/// <param name="topic">The topic the group consumes.</param>
/// <param name="retention">How long rows are kept at least.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where the sweep reports.</param>
internal sealed partial class RetentionSweep(
    string group, ITableStore table, ITableStore cursors, Buckets buckets, IGroupLog log, string topic, TimeSpan retention, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// How many rows a second the sweep deletes at most: a tenth of what one partition takes (2,000 entities/s), so that
    /// live traffic in the same bucket keeps the rest.
    /// </summary>
    public const int RowsPerSecond = 200;

    /// <summary>
    /// How old the knowledge of a log's start has to be before it counts: longer than any delivery of a batch lasts. A
    /// record may be read, and then dropped by the broker, while its batch is still being handled; forgetting its key by
    /// the start of this moment would let that batch apply it again.
    /// </summary>
    public static readonly TimeSpan LongestDelivery = TimeSpan.FromMinutes(10);

    private const string CursorRow = "retention!cursor";
    private const string CursorColumn = "Bucket";
    private const string LogStartsColumn = "LogStarts";
    private const string LogStartsAtColumn = "LogStartsAt";

    private static readonly string[] Columns =
        [IdentityColumns.AppliedAt, IdentityColumns.ProlongedAt, IdentityColumns.SeenAt, IdentityColumns.Topic, IdentityColumns.Partition, IdentityColumns.Offset];

    private readonly ILogger _logger = logger;

    /// <summary>Sweeps from where the last run stopped, once round at most.</summary>
    /// <param name="most">How many rows to delete at most; what is left is the next run's.</param>
    /// <param name="cancellationToken">Ends the sweep; the next one begins with the same bucket.</param>
    /// <returns>How many rows were forgotten.</returns>
    /// <exception cref="StoreUnavailableException">The table could not be read.</exception>
    public async Task<int> RunAsync(int most, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var cursor = (await cursors.ReadAsync(group, [CursorRow], null, cancellationToken).ConfigureAwait(false)).GetValueOrDefault(CursorRow);
        var starts = await LogStartsAsync(cursor, cancellationToken).ConfigureAwait(false);
        var first = Math.Max(0, buckets.All.ToList().IndexOf(cursor?.Text(CursorColumn) ?? ""));
        var forgotten = 0;
        for (var i = 0; i < buckets.All.Count && forgotten < most; i++)
        {
            var bucket = buckets.All[(first + i) % buckets.All.Count];
            await NoteAsync(new Dictionary<string, object> { [CursorColumn] = bucket }, cancellationToken).ConfigureAwait(false);
            forgotten += await SweepAsync(bucket, most - forgotten, starts, cancellationToken).ConfigureAwait(false);
        }

        LogSwept(group, forgotten);
        return forgotten;
    }

    // Where the topic's partitions began when an earlier round looked; empty where no round has looked long enough ago.
    private async Task<Dictionary<(string Topic, int Partition), long>> LogStartsAsync(Row? cursor, CancellationToken cancellationToken)
    {
        var noted = cursor?.Columns.GetValueOrDefault(LogStartsAtColumn) is DateTimeOffset at ? at : (DateTimeOffset?)null;
        if (noted is not null && time.GetUtcNow() - noted < LongestDelivery)
        {
            return [];
        }

        var positions = await log.PositionsAsync(topic, group, cancellationToken).ConfigureAwait(false);
        await NoteAsync(new Dictionary<string, object>
        {
            [LogStartsColumn] = string.Join(',', positions.Select(position => new Coordinates(topic, position.Partition, position.LogStart))),
            [LogStartsAtColumn] = time.GetUtcNow(),
        }, cancellationToken).ConfigureAwait(false);
        return Sightings.Read(cursor?.Text(LogStartsColumn)).ToDictionary(start => (start.Topic, start.Partition), start => start.Offset);
    }

    private async Task<int> SweepAsync(string bucket, int most, Dictionary<(string Topic, int Partition), long> starts, CancellationToken cancellationToken)
    {
        // A message's row is inserted with the row it belongs to and never after it: what has none now, gets none.
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
        var at = row.Columns.TryGetValue(IdentityColumns.ProlongedAt, out var prolonged) ? prolonged : row.Columns.GetValueOrDefault(IdentityColumns.AppliedAt);
        return at is DateTimeOffset written && time.GetUtcNow() - written > retention;
    }

    // Its own record, and every other that a verdict was given on by this row. A partition whose start is not known may
    // only be out of reach: nothing is forgotten on that.
    private static bool IsGoneFromTheTopic(Row row, Dictionary<(string Topic, int Partition), long> starts)
    {
        if (row.Text(IdentityColumns.Topic) is not { } from || row.Number(IdentityColumns.Partition) is not { } partition || row.Number(IdentityColumns.Offset) is not { } offset)
        {
            return false;
        }

        return Sightings.Read(row.Text(IdentityColumns.SeenAt))
            .Append(new Coordinates(from, (int)partition, offset))
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
            // One row that was prolonged meanwhile must not keep the rest; what fails now is the next run's.
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

    private async Task NoteAsync(Dictionary<string, object> columns, CancellationToken cancellationToken)
    {
        var row = (await cursors.ReadAsync(group, [CursorRow], null, cancellationToken).ConfigureAwait(false)).GetValueOrDefault(CursorRow);
        var noted = await cursors.SubmitAsync(
            group, [row is null ? RowOperation.Insert(CursorRow, columns) : RowOperation.Merge(CursorRow, columns, row.ETag)], cancellationToken).ConfigureAwait(false);
        if (noted.Status != SubmitStatus.Committed)
        {
            LogNotNoted(group, noted.Detail);
        }
    }

    [LoggerMessage(80, LogLevel.Information, "{Group}: {Forgotten} rows of keys and dead letters were forgotten")]
    private partial void LogSwept(string group, int forgotten);

    [LoggerMessage(81, LogLevel.Debug, "{Group}: the sweep's place could not be noted: {Reason}")]
    private partial void LogNotNoted(string group, string? reason);
}
