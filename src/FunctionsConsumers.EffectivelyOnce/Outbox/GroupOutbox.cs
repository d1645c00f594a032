using System.Collections.Concurrent;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// One group's outbox: takes committed messages, claims their rows, sends them, deletes the rows. The invariant: nobody
/// sends without having claimed the row by its ETag, the process that wrote it no less than any other.
/// </summary>
internal sealed partial class GroupOutbox : IOutbox, IDisposable
{
    // Past this many bytes a committed message is left to the sweep, so that a receiver that is away fills the table and
    // not the memory.
    private const int MaxWaitingBytes = 16 * 1024 * 1024;
    private const int Workers = 4;

    /// <summary>
    /// How many messages are claimed and sent side by side, before a last parcel of at most as many again: as many as a
    /// transaction takes rows, so that their claims are one request.
    /// </summary>
    internal const int MessagesAtOnce = TransactionLimits.MaxRows;

    private readonly OutboxDispatch _dispatch;
    private readonly OutboxSweep _sweep;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<CommittedParcel>> _waiting = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _offered = new(0);
    private readonly TimeProvider _time;
    private readonly TimeSpan _sweepInterval;
    private readonly string _group;
    private readonly ILogger _logger;
    private long _waitingBytes;

    /// <summary>Makes the outbox of a group for one process life.</summary>
    /// <param name="group">The consumer group.</param>
    /// <param name="store">The group's table.</param>
    /// <param name="buckets">The table's buckets.</param>
    /// <param name="senders">The senders, one for each kind of message.</param>
    /// <param name="options">The settings.</param>
    /// <param name="owner">The id of this process life, never used before and never again.</param>
    /// <param name="time">The clock; leases are measured on its monotonic side.</param>
    /// <param name="logger">Where trouble is reported.</param>
    public GroupOutbox(
        string group,
        ITableStore store,
        Buckets buckets,
        IEnumerable<IMessageSender> senders,
        EffectivelyOnceOptions options,
        string owner,
        TimeProvider time,
        ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _group = group;
        _time = time;
        _logger = logger;
        _dispatch = new OutboxDispatch(group, store, senders, options, owner, time, logger);
        _sweep = new OutboxSweep(store, buckets, _dispatch, options.OutboxLease, time);
        _sweepInterval = TimeSpan.FromTicks(Math.Clamp(options.OutboxLease.Ticks / 4, TimeSpan.TicksPerSecond, 15 * TimeSpan.TicksPerSecond));
    }

    /// <inheritdoc />
    public void Offer(string bucket, IReadOnlyList<CommittedParcel> parcels)
    {
        ArgumentNullException.ThrowIfNull(parcels);
        if (Interlocked.Read(ref _waitingBytes) > MaxWaitingBytes)
        {
            return;
        }

        var queue = _waiting.GetOrAdd(bucket, static _ => new());
        foreach (var parcel in parcels)
        {
            Interlocked.Add(ref _waitingBytes, BytesOf(parcel));
            _dispatch.TakeInHand(parcel.Parcel.Id);
            queue.Enqueue(parcel);
        }

        _offered.Release();
    }

    /// <summary>Claims and sends what was offered, until nothing is left in memory.</summary>
    /// <param name="cancellationToken">Ends the work between messages; what is left is found by a sweep.</param>
    /// <returns>When the memory is empty.</returns>
    public async Task DispatchAsync(CancellationToken cancellationToken)
    {
        while (Take() is var (bucket, parcels))
        {
            await _dispatch.SendAsync(bucket, parcels, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Looks once through every bucket for messages that nobody is sending.</summary>
    /// <param name="cancellationToken">Ends the sweep.</param>
    /// <returns>How many messages stand in the outbox, parked ones included, as the sweep saw them.</returns>
    /// <exception cref="StoreUnavailableException">The table could not be read.</exception>
    public Task<int> SweepAsync(CancellationToken cancellationToken) => _sweep.RunAsync(cancellationToken);

    /// <summary>Dispatches and sweeps until it is stopped.</summary>
    /// <param name="cancellationToken">Stops it; a send under way is finished first.</param>
    /// <returns>When it has stopped.</returns>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll([SweepRegularlyAsync(cancellationToken), .. Enumerable.Range(0, Workers).Select(_ => WorkAsync(cancellationToken))]);

    /// <inheritdoc />
    public void Dispose()
    {
        _offered.Dispose();
        _sweep.Dispose();
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _offered.WaitAsync(cancellationToken).ConfigureAwait(false);
                await DispatchAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task SweepRegularlyAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    await SweepAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (Exception failure) when (failure is StoreUnavailableException or SettingException)
                {
                    LogSweepFailed(_group, failure.Message);
                }

                await Task.Delay(_sweepInterval, _time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private (string Bucket, List<CommittedParcel> Parcels)? Take()
    {
        foreach (var (bucket, queue) in _waiting)
        {
            var parcels = new List<CommittedParcel>();
            for (var messages = 0; messages < MessagesAtOnce && queue.TryDequeue(out var parcel); messages += parcel.Parcel.Messages.Count)
            {
                Interlocked.Add(ref _waitingBytes, -BytesOf(parcel));
                parcels.Add(parcel);
            }

            if (parcels.Count > 0)
            {
                return (bucket, parcels);
            }
        }

        return null;
    }

    private static long BytesOf(CommittedParcel parcel) => parcel.Parcel.Messages.Sum(message => (long)message.Payload.Length);

    [LoggerMessage(10, LogLevel.Warning, "{Group}: the outbox could not be swept and is tried again: {Reason}")]
    private partial void LogSweepFailed(string group, string reason);
}
