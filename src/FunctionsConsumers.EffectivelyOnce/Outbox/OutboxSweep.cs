using FunctionsConsumers.EffectivelyOnce.Keys;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// Finds messages that nobody is sending. The invariant: a claimed row is taken over only after this process has seen the
/// same version for a whole lease on its own monotonic clock, whatever any other clock says; it is then in doubt.
/// </summary>
internal sealed partial class OutboxSweep(
    string group, ITableStore store, Buckets buckets, OutboxDispatch dispatch, TimeSpan lease, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly ILogger _logger = logger;
    private readonly SemaphoreSlim _one = new(1);
    private Dictionary<string, (string ETag, long Since)> _claimed = new(StringComparer.Ordinal);

    /// <summary>Looks through every bucket once.</summary>
    /// <param name="cancellationToken">Ends the sweep.</param>
    /// <returns>How many messages were seen.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var seen = new Dictionary<string, (string ETag, long Since)>(StringComparer.Ordinal);
            var messages = 0;
            foreach (var bucket in buckets.All)
            {
                messages += await SweepAsync(bucket, seen, cancellationToken).ConfigureAwait(false);
            }

            _claimed = seen;
            return messages;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<int> SweepAsync(string bucket, Dictionary<string, (string ETag, long Since)> seen, CancellationToken cancellationToken)
    {
        var messages = 0;
        List<CommittedMessage> free = [];
        try
        {
            await foreach (var row in store.ScanAsync(bucket, OutboxRows.Prefix, null, cancellationToken).ConfigureAwait(false))
            {
                if (!OutboxRows.IsHead(row))
                {
                    continue;
                }

                messages++;
                if (!IsFree(row, seen))
                {
                    continue;
                }

                if (row.Text(OutboxRows.State) == OutboxRows.Claimed && dispatch.PolicyOf(row.Text(OutboxRows.Kind) ?? "") == InDoubtPolicy.Park)
                {
                    await dispatch.ParkAsync(bucket, OutboxRows.IdOf(row), row.ETag, "in doubt: its owner died or lost its answer while sending", cancellationToken).ConfigureAwait(false);
                    continue;
                }

                if (await ReadAsync(bucket, row, cancellationToken).ConfigureAwait(false) is { } message && dispatch.TakeInHand(message.Id))
                {
                    free.Add(new CommittedMessage(message, row.ETag));
                }

                if (free.Count == TransactionLimits.MaxRows)
                {
                    await SendAsync().ConfigureAwait(false);
                }
            }

            if (free.Count > 0)
            {
                await SendAsync().ConfigureAwait(false);
            }

            return messages;
        }
        finally
        {
            // A sweep that fails half-way lets go of what it has not handed on; it would be passed over for ever.
            free.ForEach(message => dispatch.LetGo(message.Message.Id));
        }

        Task SendAsync()
        {
            var sent = free;
            free = [];
            return dispatch.SendAsync(bucket, sent, cancellationToken);
        }
    }

    // An unclaimed row was never tried, or certainly not taken: anyone may send it.
    private bool IsFree(Row row, Dictionary<string, (string ETag, long Since)> seen)
    {
        if (dispatch.IsInHand(OutboxRows.IdOf(row)))
        {
            return false;
        }

        switch (row.Text(OutboxRows.State))
        {
            case OutboxRows.Waiting:
                return true;
            case OutboxRows.Claimed:
                var since = _claimed.TryGetValue(row.RowKey, out var before) && string.Equals(before.ETag, row.ETag, StringComparison.Ordinal)
                    ? before.Since
                    : time.GetTimestamp();
                seen[row.RowKey] = (row.ETag, since);
                return time.GetElapsedTime(since) >= lease;
            default:
                return false;
        }
    }

    private async Task<OutboxMessage?> ReadAsync(string bucket, Row head, CancellationToken cancellationToken)
    {
        var keys = OutboxRows.FurtherRows(head);
        IReadOnlyDictionary<string, Row> further = keys.Count == 0
            ? System.Collections.ObjectModel.ReadOnlyDictionary<string, Row>.Empty
            : await store.ReadAsync(bucket, keys, null, cancellationToken).ConfigureAwait(false);
        if (further.Count < keys.Count)
        {
            // Head and further rows go in one transaction: a missing one means that the message was sent a moment ago.
            LogGone(group, OutboxRows.IdOf(head));
            return null;
        }

        return OutboxRows.Read(group, head, further);
    }

    [LoggerMessage(20, LogLevel.Debug, "{Group}: message {Id} went while the outbox was swept")]
    private partial void LogGone(string group, string id);
}
