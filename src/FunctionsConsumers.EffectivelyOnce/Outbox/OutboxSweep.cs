using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// Finds messages that nobody is sending. The invariant: a claimed row is taken over only after this process has seen the
/// same version for a whole lease on its own monotonic clock, whatever any other clock says; it is then in doubt.
/// </summary>
internal sealed class OutboxSweep(ITableStore store, Buckets buckets, OutboxDispatch dispatch, TimeSpan lease, TimeProvider time) : IDisposable
{
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
        List<CommittedParcel> free = [];
        try
        {
            await foreach (var row in store.ScanAsync(bucket, OutboxRows.Prefix, null, cancellationToken).ConfigureAwait(false))
            {
                if (!OutboxRows.IsHead(row))
                {
                    continue;
                }

                messages += OutboxRows.CountOf(row);
                if (!IsFree(row, seen) || await dispatch.Claims.ReadAsync(bucket, row, cancellationToken).ConfigureAwait(false) is not { } parcel)
                {
                    continue;
                }

                if (row.Text(OutboxRows.State) == OutboxRows.Claimed && dispatch.PolicyOf(parcel.Kind) == InDoubtPolicy.Park)
                {
                    await dispatch.ParkAsync(
                        bucket, new CommittedParcel(parcel, row.ETag), "in doubt: its owner died or lost its answer while sending", cancellationToken).ConfigureAwait(false);
                }
                else if (dispatch.TakeInHand(parcel.Id))
                {
                    free.Add(new CommittedParcel(parcel, row.ETag));
                    if (free.Sum(one => one.Parcel.Messages.Count) >= GroupOutbox.MessagesAtOnce)
                    {
                        await SendAsync().ConfigureAwait(false);
                    }
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
            free.ForEach(parcel => dispatch.LetGo(parcel.Parcel.Id));
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
}
