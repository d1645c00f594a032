using FunctionsConsumers.EffectivelyOnce.Keys;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Progress;
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
/// <param name="log">The log, to learn what a topic still holds.</param>
/// <param name="retention">How long rows are kept at least.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where the sweep reports.</param>
public sealed partial class RetentionSweep(
    string group, ITableStore table, ITableStore cursors, Buckets buckets, IGroupLog log, TimeSpan retention, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// How many rows a second the sweep deletes at most: a tenth of what one partition takes (2,000 entities/s), so that
    /// live traffic in the same bucket keeps the rest.
    /// </summary>
    public const int RowsPerSecond = 200;

    private const string CursorRow = "retention!cursor";
    private const string CursorColumn = "Bucket";

    private static readonly string[] Columns =
        [IdentityColumns.AppliedAt, IdentityColumns.ProlongedAt, IdentityColumns.Topic, IdentityColumns.Partition, IdentityColumns.Offset];

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
        var start = Math.Max(0, buckets.All.ToList().IndexOf(cursor?.Text(CursorColumn) ?? ""));
        var positions = new Dictionary<string, Dictionary<int, long>>(StringComparer.Ordinal);
        var forgotten = 0;
        for (var i = 0; i < buckets.All.Count; i++)
        {
            var bucket = buckets.All[(start + i) % buckets.All.Count];
            await NoteAsync(bucket, cancellationToken).ConfigureAwait(false);
            forgotten += await SweepAsync(bucket, most - forgotten, positions, cancellationToken).ConfigureAwait(false);
            if (forgotten >= most)
            {
                break;
            }
        }

        LogSwept(group, forgotten);
        return forgotten;
    }

    private async Task<int> SweepAsync(string bucket, int most, Dictionary<string, Dictionary<int, long>> positions, CancellationToken cancellationToken)
    {
        // A message's row is inserted with the row it belongs to and never after it: what has none now, gets none.
        var waiting = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var message in table.ScanAsync(bucket, OutboxRows.Prefix, [OutboxRows.Subject], cancellationToken).ConfigureAwait(false))
        {
            if (message.Text(OutboxRows.Subject) is { } subject)
            {
                waiting.Add(RowKey.OfSubject("key", subject));
                waiting.Add("dead!" + subject);
            }
        }

        var forgotten = 0;
        List<RowOperation> deletes = [];
        foreach (var prefix in (string[])["dead!", "key!"])
        {
            await foreach (var row in table.ScanAsync(bucket, prefix, Columns, cancellationToken).ConfigureAwait(false))
            {
                if (waiting.Contains(row.RowKey) || !IsOld(row) || !await IsGoneFromTheTopicAsync(row, positions, cancellationToken).ConfigureAwait(false))
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

    private async Task<bool> IsGoneFromTheTopicAsync(Row row, Dictionary<string, Dictionary<int, long>> positions, CancellationToken cancellationToken)
    {
        if (row.Text(IdentityColumns.Topic) is not { } topic || row.Number(IdentityColumns.Partition) is not { } partition || row.Number(IdentityColumns.Offset) is not { } offset)
        {
            return false;
        }

        if (!positions.TryGetValue(topic, out var starts))
        {
            var found = await log.PositionsAsync(topic, group, cancellationToken).ConfigureAwait(false);
            positions.Add(topic, starts = found.ToDictionary(position => position.Partition, position => position.LogStart));
        }

        // A broker that names no partitions may only be out of reach: nothing is forgotten on its word.
        return starts.TryGetValue((int)partition, out var start) && offset < start;
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

        await Task.Delay(TimeSpan.FromSeconds((double)deletes.Count / RowsPerSecond), time, cancellationToken).ConfigureAwait(false);
        return forgotten;
    }

    private async Task NoteAsync(string bucket, CancellationToken cancellationToken)
    {
        var row = (await cursors.ReadAsync(group, [CursorRow], null, cancellationToken).ConfigureAwait(false)).GetValueOrDefault(CursorRow);
        var columns = new Dictionary<string, object> { [CursorColumn] = bucket };
        var noted = await cursors.SubmitAsync(
            group, [row is null ? RowOperation.Insert(CursorRow, columns) : RowOperation.Replace(CursorRow, columns, row.ETag)], cancellationToken).ConfigureAwait(false);
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
