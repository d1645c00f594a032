using System.Runtime.ExceptionServices;
using FunctionsConsumers.EffectivelyOnce.Outages;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.EffectivelyOnce.Telemetry;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// Finds messages that nobody is sending, and puts them into their lanes. The invariant: a claimed row is taken over only after this
/// process has seen the same version for a whole lease on its own monotonic clock, whatever any other clock says. The row is then in
/// doubt. A row that cannot be read is passed over. A bucket that cannot be scanned does not stop the others.
/// </summary>
internal sealed partial class OutboxSweep(
    string group, ITableStore store, Buckets buckets, OutboxDispatch dispatch, OutboxLanes lanes, TimeSpan lease, TimeProvider time,
    ILogger logger) : IDisposable
{
    private readonly ILogger _logger = logger;
    private readonly GroupMetrics _metrics = new(group);
    private readonly Dictionary<string, Watched> _watched = buckets.All.ToDictionary(
        bucket => bucket, _ => new Watched(), StringComparer.Ordinal);

    /// <summary>The faults that did not stop it.</summary>
    public ContainedFaults Faults { get; } = new();

    /// <summary>Looks through every bucket once, all side by side.</summary>
    /// <exception cref="StoreUnavailableException">No bucket could be scanned.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var counts = await Task.WhenAll(buckets.All.Select(bucket => TryAsync(bucket, cancellationToken))).ConfigureAwait(false);
        if (Array.TrueForAll(counts, count => count.Failure is not null))
        {
            ExceptionDispatchInfo.Throw(counts[0].Failure!);
        }

        return counts.Sum(count => count.Messages);
    }

    /// <summary>
    /// Looks through one bucket; a failure is noted, and no more. Returns how many messages were seen, or why the bucket could not be
    /// scanned to its end.
    /// </summary>
    /// <exception cref="OperationCanceledException">The sweep was ended.</exception>
    public async Task<(int Messages, Exception? Failure)> TryAsync(string bucket, CancellationToken cancellationToken)
    {
        try
        {
            var messages = await SweepAsync(bucket, cancellationToken).ConfigureAwait(false);
            Faults.Over(bucket);
            dispatch.Trouble.Tell();
            return (messages, null);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            if (Faults.Note(bucket, failure.Message))
            {
                LogBucketFailed(failure is StoreUnavailableException or SettingException ? null : failure, group, bucket, failure.Message,
                    Faults.Count);
            }

            return (0, failure);
        }
    }

    public void Dispose()
    {
        foreach (var watched in _watched.Values)
        {
            watched.One.Dispose();
        }
    }

    private async Task<int> SweepAsync(string bucket, CancellationToken cancellationToken)
    {
        var watched = _watched[bucket];
        await watched.One.WaitAsync(cancellationToken).ConfigureAwait(false);
        var seen = new Dictionary<string, (string ETag, long Since)>(StringComparer.Ordinal);
        var isWhole = false;
        try
        {
            var messages = 0;
            var waiting = 0;
            DateTimeOffset? oldest = null;
            await foreach (var row in store.ScanAsync(bucket, OutboxRows.Prefix, null, cancellationToken).ConfigureAwait(false))
            {
                if (OutboxRows.IsHead(row))
                {
                    var count = await SweepAsync(bucket, row, watched, seen, cancellationToken).ConfigureAwait(false);
                    messages += count;

                    // A parked message waits for a person, and is reported as such.
                    if (row.Text(OutboxRows.State) != OutboxRows.Parked)
                    {
                        waiting += count;
                        oldest = row.Columns.GetValueOrDefault(OutboxRows.CreatedAt) is DateTimeOffset created && !(created >= oldest)
                            ? created
                            : oldest;
                    }
                }
            }

            isWhole = true;
            _metrics.OutboxSeen(
                bucket, waiting, oldest is { } since && time.GetUtcNow() is var now && now > since ? now - since : TimeSpan.Zero);
            return messages;
        }
        finally
        {
            // A version is never used again. So what was seen of it before still holds, though this sweep did not come so far.
            foreach (var (rowKey, claim) in isWhole ? [] : watched.Claimed)
            {
                seen.TryAdd(rowKey, claim);
            }

            watched.Claimed = seen;
            watched.One.Release();
        }
    }

    // Returns how many messages are in the row, or 1 if that cannot be read.
    private async Task<int> SweepAsync(
        string bucket, Row row, Watched watched, Dictionary<string, (string ETag, long Since)> seen, CancellationToken cancellationToken)
    {
        try
        {
            var count = OutboxRows.CountOf(row);
            var kind = row.Text(OutboxRows.Kind) ?? "";
            if (!dispatch.HasSender(kind))
            {
                // Hosts of another version know what to do with it. Its state is left to them.
                if (Faults.Note("kind " + kind, "no sender"))
                {
                    LogNoSender(group, kind);
                }

                return count;
            }

            if (dispatch.IsInHand(OutboxRows.IdOf(row))
                || !IsFree(row, watched, seen)
                || await dispatch.Claims.ReadAsync(bucket, row, cancellationToken).ConfigureAwait(false) is not { } parcel)
            {
                return count;
            }

            var isTakenOver = row.Text(OutboxRows.State) == OutboxRows.Claimed;
            var found = new CommittedParcel(parcel, row.ETag, OutboxRows.PolicyOf(row), isTakenOver || OutboxRows.IsInDoubt(row));
            if (found.IsInDoubt && dispatch.PolicyOf(found) == InDoubtPolicy.Park)
            {
                await dispatch.ParkAsync(bucket, found, "in doubt: its owner died or lost its answer while sending", cancellationToken)
                    .ConfigureAwait(false);
            }
            else
            {
                lanes.TryAdd(bucket, found);
            }

            return count;
        }
        catch (InvalidDataException unreadable)
        {
            if (Faults.Note(row.RowKey, unreadable.Message))
            {
                LogRowPassedOver(group, row.RowKey, unreadable.Message, Faults.Count);
            }

            return 1;
        }
    }

    // An unclaimed row was never tried, was certainly not taken, or says that it is in doubt. Any host with a sender may send it.
    private bool IsFree(Row row, Watched watched, Dictionary<string, (string ETag, long Since)> seen)
    {
        switch (row.Text(OutboxRows.State))
        {
            case OutboxRows.Waiting:
                return true;
            case OutboxRows.Claimed:
                var since = watched.Claimed.TryGetValue(row.RowKey, out var before)
                    && string.Equals(before.ETag, row.ETag, StringComparison.Ordinal)
                    ? before.Since
                    : time.GetTimestamp();
                seen[row.RowKey] = (row.ETag, since);
                return time.GetElapsedTime(since) >= lease;
            default:
                return false;
        }
    }

    [LoggerMessage(10, LogLevel.Warning,
        "{Group}: bucket {Bucket} of the outbox could not be swept and is tried again ({Faults} faults so far): {Reason}")]
    private partial void LogBucketFailed(Exception? failure, string group, string bucket, string reason, long faults);

    [LoggerMessage(19, LogLevel.Error,
        "{Group}: row {RowKey} of the outbox cannot be read by this version and is passed over ({Faults} faults so far): {Reason}")]
    private partial void LogRowPassedOver(string group, string rowKey, string reason, long faults);

    [LoggerMessage(
        21, LogLevel.Warning, "{Group}: no sender is registered for messages of kind '{Kind}': they are left to hosts that have one")]
    private partial void LogNoSender(string group, string kind);

    /// <summary>What was seen of a bucket's claimed rows, by one sweep at a time.</summary>
    private sealed class Watched
    {
        public SemaphoreSlim One { get; } = new(1);

        public Dictionary<string, (string ETag, long Since)> Claimed { get; set; } = new(StringComparer.Ordinal);
    }
}
