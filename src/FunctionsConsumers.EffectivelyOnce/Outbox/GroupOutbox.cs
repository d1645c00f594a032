using FunctionsConsumers.EffectivelyOnce.Outages;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// One group's outbox: takes committed messages, claims their rows, sends them, deletes the rows. The invariant: nobody
/// sends without having claimed the row by its ETag, the process that wrote it no less than any other.
/// </summary>
internal sealed class GroupOutbox : IOutbox, IDisposable
{
    /// <summary>
    /// How many messages are claimed and sent side by side, before a last parcel of at most as many again: as many as a
    /// transaction takes rows, so that their claims are one request.
    /// </summary>
    internal const int MessagesAtOnce = TransactionLimits.MaxRows;

    private readonly OutboxLanes _lanes;
    private readonly OutboxSweep _sweep;
    private readonly Buckets _buckets;
    private readonly TimeProvider _time;
    private readonly TimeSpan _sweepInterval;

    /// <summary>
    /// Makes the outbox of a group for one process life. <paramref name="owner" /> is the id of this process life, never used before
    /// and never again. <paramref name="slots" /> is null for an outbox that shares its senders with no other.
    /// <paramref name="start" /> is null for the thread pool's.
    /// </summary>
    public GroupOutbox(
        string group,
        ITableStore store,
        Buckets buckets,
        IEnumerable<IMessageSender> senders,
        EffectivelyOnceOptions options,
        string owner,
        TimeProvider time,
        ILogger logger,
        SendSlots? slots = null,
        Func<Func<Task>, Task>? start = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _buckets = buckets;
        _time = time;
        var dispatch = new OutboxDispatch(group, store, senders, options, owner, time, logger, slots);
        _lanes = new OutboxLanes(group, dispatch, logger, start ?? Task.Run);
        _sweep = new OutboxSweep(group, store, buckets, dispatch, _lanes, options.OutboxLease, time, logger);
        _sweepInterval = TimeSpan.FromTicks(
            Math.Clamp(options.OutboxLease.Ticks / 4, TimeSpan.TicksPerSecond, 15 * TimeSpan.TicksPerSecond));
    }

    /// <inheritdoc />
    public void Offer(string bucket, IReadOnlyList<CommittedParcel> parcels)
    {
        ArgumentNullException.ThrowIfNull(parcels);
        foreach (var parcel in parcels)
        {
            _lanes.TryAdd(bucket, parcel);
        }
    }

    /// <summary>Claims and sends what was offered, until nothing is left in memory.</summary>
    public Task DispatchAsync(CancellationToken cancellationToken) => _lanes.DrainAsync(cancellationToken);

    /// <summary>
    /// Looks once through every bucket for messages that nobody is sending, and sends them. Returns how many messages stand in the
    /// outbox, parked ones included, as the sweep saw them.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The table could not be read; a bucket that cannot be read keeps no other.</exception>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var messages = await _sweep.RunAsync(cancellationToken).ConfigureAwait(false);
        await _lanes.DrainAsync(cancellationToken).ConfigureAwait(false);
        return messages;
    }

    /// <summary>Dispatches and sweeps until it is stopped: bucket by bucket, so that none waits for another.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(
            [_lanes.RunAsync(cancellationToken), .. _buckets.All.Select(bucket => SweepRegularlyAsync(bucket, cancellationToken))]);

    /// <summary>Whether nothing is left in memory to be claimed.</summary>
    internal bool IsEmpty => _lanes.IsEmpty;

    /// <summary>The faults that did not stop it.</summary>
    internal ContainedFaults Faults => _sweep.Faults;

    /// <inheritdoc />
    public void Dispose() => _sweep.Dispose();

    private async Task SweepRegularlyAsync(string bucket, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _sweep.TryAsync(bucket, cancellationToken).ConfigureAwait(false);
                await Pause.ForAsync(_sweepInterval, _time, cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // What fails while it is stopped is found by the next sweep of anyone.
        }
    }
}
