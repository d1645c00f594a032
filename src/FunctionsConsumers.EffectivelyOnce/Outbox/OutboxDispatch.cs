using System.Collections.Concurrent;
using FunctionsConsumers.EffectivelyOnce.Outages;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.EffectivelyOnce.Telemetry;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// Claims parcels, sends their messages, and settles their rows. The invariant: a send begins only under a claim of this process life
/// that is younger than half a lease. The deletion of a message that was sent is tried until it succeeds.
/// </summary>
internal sealed partial class OutboxDispatch
{
    private readonly string _group;
    private readonly Dictionary<string, IMessageSender> _senders;
    private readonly InDoubtPolicy _inDoubt;
    private readonly Dictionary<string, SemaphoreSlim> _slots;
    private readonly TimeSpan _halfLease;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly OutboxSettlement _settlement;
    private readonly ContainedFaults _thrown = new();
    private readonly GroupSpans _spans;
    private readonly ConcurrentDictionary<string, byte> _inHand = new(StringComparer.Ordinal);

    public OutboxDispatch(
        string group, ITableStore store, IEnumerable<IMessageSender> senders, EffectivelyOnceOptions options, string owner,
        TimeProvider time, ILogger logger, SendSlots? slots = null)
    {
        _group = group;
        slots ??= new SendSlots(options);
        _senders = senders.ToDictionary(sender => sender.Kind, StringComparer.Ordinal);
        _slots = _senders.ToDictionary(sender => sender.Key, sender => slots.Of(sender.Value), StringComparer.Ordinal);
        _inDoubt = options.InDoubt;
        _halfLease = options.OutboxLease / 2;
        _time = time;
        _logger = logger;
        Claims = new OutboxClaims(group, store, owner, PolicyOf, logger);
        Trouble = new OutboxTrouble(group, time, logger);
        _settlement = new OutboxSettlement(group, store, Trouble, time, logger);
        _spans = new GroupSpans(group);
    }

    /// <summary>Why messages are not sent, for the log.</summary>
    public OutboxTrouble Trouble { get; }

    /// <summary>The claims of this process life.</summary>
    public OutboxClaims Claims { get; }

    /// <summary>Marks a parcel as one this process is about to send, for the sweep to pass over.</summary>
    public bool TakeInHand(string id) => _inHand.TryAdd(id, 0);

    /// <summary>Takes the mark away again, from a parcel that is not sent after all.</summary>
    public void LetGo(string id) => _inHand.TryRemove(id, out _);

    /// <summary>Whether this process is about to send a parcel.</summary>
    public bool IsInHand(string id) => _inHand.ContainsKey(id);

    /// <summary>Whether this process can send messages of a kind. It leaves those that it cannot send alone, in every state.</summary>
    public bool HasSender(string kind) => _senders.ContainsKey(kind);

    /// <summary>
    /// What is done with a parcel in doubt: what its rows say since the first claim, else what the sender says, else the setting.
    /// There must be a sender for the parcel's kind.
    /// </summary>
    public InDoubtPolicy PolicyOf(CommittedParcel parcel) => parcel.Policy ?? _senders[parcel.Parcel.Kind].InDoubt ?? _inDoubt;

    /// <summary>Claims and sends parcels of one bucket, which the caller has taken in hand.</summary>
    public async Task SendAsync(string bucket, IReadOnlyList<CommittedParcel> parcels, CancellationToken cancellationToken)
    {
        try
        {
            // The lease begins when the claim was asked for, since another owner may have seen the row from then on.
            var claimedAt = _time.GetTimestamp();
            var claimed = await Claims.ClaimAsync(bucket, parcels, cancellationToken).ConfigureAwait(false);
            var sent = await Task.WhenAll(claimed.Select(parcel => SendAsync(parcel, claimedAt, cancellationToken))).ConfigureAwait(false);
            await _settlement.SettleAsync(bucket, sent).ConfigureAwait(false);
        }
        finally
        {
            foreach (var parcel in parcels)
            {
                LetGo(parcel.Parcel.Id);
            }
        }
    }

    /// <inheritdoc cref="OutboxSettlement.ParkAsync" />
    public Task ParkAsync(string bucket, CommittedParcel parcel, string detail, CancellationToken cancellationToken) =>
        _settlement.ParkAsync(bucket, parcel with { Policy = PolicyOf(parcel) }, detail, cancellationToken);

    private async Task<(CommittedParcel Parcel, SendResult[] Results)> SendAsync(
        CommittedParcel parcel, long claimedAt, CancellationToken cancellationToken) =>
        (parcel,
            await Task.WhenAll(parcel.Parcel.Messages.Select(message => SendAsync(Told(message, parcel), claimedAt, cancellationToken)))
                .ConfigureAwait(false));

    private static OutboxMessage Told(OutboxMessage message, CommittedParcel parcel) => parcel.IsInDoubt || parcel.Parcel.Trace is not null
        ? message with { MayHaveBeenSent = message.MayHaveBeenSent || parcel.IsInDoubt, Trace = parcel.Parcel.Trace }
        : message;

    private async Task<SendResult> SendAsync(OutboxMessage message, long claimedAt, CancellationToken cancellationToken)
    {
        var slots = _slots[message.Kind];
        var isEntered = slots.Wait(0, CancellationToken.None)
            || await EntersAsync(slots, _halfLease - _time.GetElapsedTime(claimedAt), cancellationToken).ConfigureAwait(false);
        try
        {
            var left = _halfLease - _time.GetElapsedTime(claimedAt);
            if (!isEntered || left <= TimeSpan.Zero || cancellationToken.IsCancellationRequested)
            {
                // Its turn did not come while the claim was young. Nobody tried it, so there is no reason to report.
                return new SendResult(SendStatus.NotSent);
            }

            // It is finished even if the host stops meanwhile. It has its own time-out, and an unknown outcome would be a doubt.
            return await SendAsync(message, left).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // A sender may fail in any way. In every case the receiver may have taken the message.
            if (_thrown.Note(message.Kind, failure.Message))
            {
                LogSendFailed(failure, _group, message.Kind, message.Id);
            }

            return new SendResult(SendStatus.Unknown, failure.Message);
        }
        finally
        {
            if (isEntered)
            {
                slots.Release();
            }
        }
    }

    private async Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout)
    {
        using var span = _spans.Send(message);
        try
        {
            var traced = span is null ? message : message with { Trace = TraceContext.Of(span) };
            var result = await _senders[message.Kind].SendAsync(traced, timeout, CancellationToken.None).ConfigureAwait(false);
            GroupSpans.Sent(span, result.Status);
            return result;
        }
        catch (Exception failure)
        {
            GroupSpans.Failed(span, failure);
            throw;
        }
    }

    private async Task<bool> EntersAsync(SemaphoreSlim slots, TimeSpan most, CancellationToken cancellationToken)
    {
        if (most <= TimeSpan.Zero)
        {
            return false;
        }

        using var late = new CancellationTokenSource(most, _time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await slots.WaitAsync(over.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(15, LogLevel.Warning, "{Group}: sending message {Kind} {Id} failed")]
    private partial void LogSendFailed(Exception failure, string group, string kind, string id);
}
