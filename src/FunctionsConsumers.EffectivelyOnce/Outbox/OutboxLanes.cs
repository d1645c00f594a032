using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// The parcels that this process is about to send, in one lane for each kind and bucket. Lanes go on side by side: a
/// receiver that is away delays its own kind and no other, and an account that is away its own buckets.
/// </summary>
internal sealed partial class OutboxLanes(string group, OutboxDispatch dispatch, ILogger logger, Func<Func<Task>, Task> start)
{
    // Past this many bytes of a kind the rest is left to a later sweep, so that a receiver that is away fills the table and
    // not the memory.
    private const int MaxWaitingBytes = 16 * 1024 * 1024;

    // What a message takes in memory beside its payload.
    private const int MessageBytes = 500;

    private readonly ILogger _logger = logger;
    private readonly ConcurrentDictionary<(string Kind, string Bucket), Lane> _lanes = new();
    private readonly ConcurrentDictionary<string, Size> _waiting = new(StringComparer.Ordinal);

    // Who adds to a lane goes on in the reader, which only starts the lane.
    private readonly Channel<Lane> _ready = Channel.CreateUnbounded<Lane>(
        new UnboundedChannelOptions { AllowSynchronousContinuations = true });

    /// <summary>Whether no parcel waits in any lane.</summary>
    public bool IsEmpty => _lanes.Values.All(lane => lane.Parcels.IsEmpty);

    /// <summary>
    /// Takes a parcel in hand, for its lane to send. Returns false if nobody here can send it, it is in hand already, or too much
    /// of its kind is.
    /// </summary>
    public bool TryAdd(string bucket, CommittedParcel parcel)
    {
        var kind = parcel.Parcel.Kind;
        var waiting = _waiting.GetOrAdd(kind, static _ => new Size());
        if (!dispatch.HasSender(kind) || Interlocked.Read(ref waiting.Bytes) > MaxWaitingBytes || !dispatch.TakeInHand(parcel.Parcel.Id))
        {
            return false;
        }

        Interlocked.Add(ref waiting.Bytes, BytesOf(parcel));
        var lane = _lanes.GetOrAdd((kind, bucket), static key => new Lane(key.Kind, key.Bucket));
        lane.Parcels.Enqueue(parcel);
        if (Interlocked.Exchange(ref lane.Signalled, 1) == 0)
        {
            _ready.Writer.TryWrite(lane);
        }

        return true;
    }

    /// <summary>Sends what is in the lanes, until nothing is left.</summary>
    public Task DrainAsync(CancellationToken cancellationToken) => Task.WhenAll(_lanes
        .OrderBy(lane => lane.Key.Kind, StringComparer.Ordinal)
        .ThenBy(lane => lane.Key.Bucket, StringComparer.Ordinal)
        .Select(lane => DrainAsync(lane.Value, cancellationToken)));

    /// <summary>Sends whatever comes to the lanes, until it is stopped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var running = new List<Task>();
        try
        {
            await foreach (var lane in _ready.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                running.RemoveAll(task => task.IsCompleted);
                running.Add(start(() => DrainAsync(lane, cancellationToken)));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }

        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task DrainAsync(Lane lane, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref lane.Signalled, 0);
        do
        {
            // One at a time: the worker that has the lane also takes what comes meanwhile.
            if (Interlocked.Exchange(ref lane.Busy, 1) == 1)
            {
                return;
            }

            try
            {
                while (Take(lane) is { Count: > 0 } parcels)
                {
                    await SendAsync(lane, parcels, cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                Interlocked.Exchange(ref lane.Busy, 0);
            }
        }
        while (!lane.Parcels.IsEmpty);
    }

    private async Task SendAsync(Lane lane, List<CommittedParcel> parcels, CancellationToken cancellationToken)
    {
        try
        {
            await dispatch.SendAsync(lane.Bucket, parcels, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it was, the rows are there: a sweep finds them again.
            LogFailed(failure, group, lane.Kind, lane.Bucket);
        }
    }

    private List<CommittedParcel> Take(Lane lane)
    {
        var parcels = new List<CommittedParcel>();
        for (var messages = 0; messages < GroupOutbox.MessagesAtOnce
            && lane.Parcels.TryDequeue(out var parcel); messages += parcel.Parcel.Messages.Count)
        {
            Interlocked.Add(ref _waiting[lane.Kind].Bytes, -BytesOf(parcel));
            parcels.Add(parcel);
        }

        return parcels;
    }

    private static long BytesOf(CommittedParcel parcel) =>
        parcel.Parcel.Messages.Sum(message => (long)message.Payload.Length + MessageBytes);

    [LoggerMessage(18, LogLevel.Error, "{Group}: messages {Kind} of bucket {Bucket} could not be sent and are left to a sweep")]
    private partial void LogFailed(Exception failure, string group, string kind, string bucket);

    private sealed class Lane(string kind, string bucket)
    {
        public string Kind => kind;

        public string Bucket => bucket;

        public ConcurrentQueue<CommittedParcel> Parcels { get; } = new();

        public int Busy;

        public int Signalled;
    }

    private sealed class Size
    {
        public long Bytes;
    }
}
