using System.Collections.Concurrent;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// Claims parcels, sends their messages, and settles their rows. The invariant: a send begins only under a claim of this
/// process life that is younger than half a lease, and a message that was sent is deleted however long that takes.
/// </summary>
internal sealed partial class OutboxDispatch
{
    private readonly string _group;
    private readonly Dictionary<string, IMessageSender> _senders;
    private readonly InDoubtPolicy _inDoubt;
    private readonly TimeSpan _halfLease;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly OutboxSettlement _settlement;
    private readonly ConcurrentDictionary<string, byte> _inHand = new(StringComparer.Ordinal);

    public OutboxDispatch(
        string group, ITableStore store, IEnumerable<IMessageSender> senders, EffectivelyOnceOptions options, string owner, TimeProvider time, ILogger logger)
    {
        _group = group;
        _senders = senders.ToDictionary(sender => sender.Kind, StringComparer.Ordinal);
        _inDoubt = options.InDoubt;
        _halfLease = options.OutboxLease / 2;
        _time = time;
        _logger = logger;
        Claims = new OutboxClaims(group, store, owner, logger);
        _settlement = new OutboxSettlement(group, store, PolicyOf, time, logger);
    }

    /// <summary>The claims of this process life.</summary>
    public OutboxClaims Claims { get; }

    /// <summary>Marks a parcel as one this process is about to send, for the sweep to pass over.</summary>
    /// <param name="id">The id of its first message.</param>
    /// <returns>False where it is marked already.</returns>
    public bool TakeInHand(string id) => _inHand.TryAdd(id, 0);

    /// <summary>Takes the mark away again, from a parcel that is not sent after all.</summary>
    /// <param name="id">The id of its first message.</param>
    public void LetGo(string id) => _inHand.TryRemove(id, out _);

    /// <summary>Whether this process is about to send a parcel.</summary>
    /// <param name="id">The id of its first message.</param>
    /// <returns>Whether it is.</returns>
    public bool IsInHand(string id) => _inHand.ContainsKey(id);

    /// <summary>Whether a message of this kind may be sent again when its send is in doubt.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>The sender's own policy, else the setting's.</returns>
    public InDoubtPolicy PolicyOf(string kind) => (_senders.TryGetValue(kind, out var sender) ? sender.InDoubt : null) ?? _inDoubt;

    /// <summary>Claims and sends parcels of one bucket, which the caller has taken in hand.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="parcels">At most as many as a transaction takes rows.</param>
    /// <param name="cancellationToken">Ends the work between messages.</param>
    /// <returns>When their rows are settled.</returns>
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
        _settlement.ParkAsync(bucket, parcel, detail, cancellationToken);

    private async Task<(CommittedParcel Parcel, SendResult[] Results)> SendAsync(CommittedParcel parcel, long claimedAt, CancellationToken cancellationToken) =>
        (parcel, await Task.WhenAll(parcel.Parcel.Messages.Select(message => SendAsync(message, claimedAt, cancellationToken))).ConfigureAwait(false));

    private async Task<SendResult> SendAsync(OutboxMessage message, long claimedAt, CancellationToken cancellationToken)
    {
        if (!_senders.TryGetValue(message.Kind, out var sender))
        {
            return new SendResult(SendStatus.NotSent, $"No sender is registered for messages of kind '{message.Kind}'.");
        }

        var left = _halfLease - _time.GetElapsedTime(claimedAt);
        if (left <= TimeSpan.Zero || cancellationToken.IsCancellationRequested)
        {
            return new SendResult(SendStatus.NotSent, "The claim grew old before the send began.");
        }

        try
        {
            return await sender.SendAsync(message, left, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // A sender may fail in any way; whatever it was, the receiver may have taken the message.
            LogSendFailed(failure, _group, message.Kind, message.Id);
            return new SendResult(SendStatus.Unknown, failure.Message);
        }
    }

    [LoggerMessage(15, LogLevel.Warning, "{Group}: sending message {Kind} {Id} failed")]
    private partial void LogSendFailed(Exception failure, string group, string kind, string id);
}
