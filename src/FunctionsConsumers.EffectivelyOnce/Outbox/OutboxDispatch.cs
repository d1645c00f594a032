using System.Collections.Concurrent;
using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// Claims messages, sends them, and settles their rows. The invariant: a send begins only under a claim of this process
/// life that is younger than half a lease, and a message that was sent is deleted however long that takes.
/// </summary>
internal sealed partial class OutboxDispatch
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    private readonly string _group;
    private readonly ITableStore _store;
    private readonly Dictionary<string, IMessageSender> _senders;
    private readonly InDoubtPolicy _inDoubt;
    private readonly TimeSpan _halfLease;
    private readonly string _owner;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, byte> _inHand = new(StringComparer.Ordinal);

    public OutboxDispatch(
        string group, ITableStore store, IEnumerable<IMessageSender> senders, EffectivelyOnceOptions options, string owner, TimeProvider time, ILogger logger)
    {
        _group = group;
        _store = store;
        _senders = senders.ToDictionary(sender => sender.Kind, StringComparer.Ordinal);
        _inDoubt = options.InDoubt;
        _halfLease = options.OutboxLease / 2;
        _owner = owner;
        _time = time;
        _logger = logger;
    }

    /// <summary>Marks a message as one this process is about to send, for the sweep to pass over.</summary>
    /// <param name="id">The message's id.</param>
    /// <returns>False where it is marked already.</returns>
    public bool TakeInHand(string id) => _inHand.TryAdd(id, 0);

    /// <summary>Takes the mark away again, from a message that is not sent after all.</summary>
    /// <param name="id">The message's id.</param>
    public void LetGo(string id) => _inHand.TryRemove(id, out _);

    /// <summary>Whether this process is about to send a message.</summary>
    /// <param name="id">The message's id.</param>
    /// <returns>Whether it is.</returns>
    public bool IsInHand(string id) => _inHand.ContainsKey(id);

    /// <summary>Whether a message of this kind may be sent again when its send is in doubt.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>The sender's own policy, else the setting's.</returns>
    public InDoubtPolicy PolicyOf(string kind) => (_senders.TryGetValue(kind, out var sender) ? sender.InDoubt : null) ?? _inDoubt;

    /// <summary>Claims and sends messages of one bucket, which the caller has taken in hand.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="messages">At most as many as a transaction takes.</param>
    /// <param name="cancellationToken">Ends the work between messages.</param>
    /// <returns>When their rows are settled.</returns>
    public async Task SendAsync(string bucket, IReadOnlyList<CommittedMessage> messages, CancellationToken cancellationToken)
    {
        try
        {
            // The lease begins when the claim was asked for, since another owner may have seen the row from then on.
            var claimedAt = _time.GetTimestamp();
            var claimed = await ClaimAsync(bucket, messages, cancellationToken).ConfigureAwait(false);
            var settlements = await Task.WhenAll(claimed.Select(message => SendAsync(message, claimedAt, cancellationToken))).ConfigureAwait(false);

            // Not cancelled: a message that was sent and whose row stays would be sent again.
            await SettleAsync(bucket, settlements).ConfigureAwait(false);
        }
        finally
        {
            foreach (var message in messages)
            {
                LetGo(message.Message.Id);
            }
        }
    }

    /// <summary>Leaves a message for a person, under the version that was seen.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="etag">The version of its head row.</param>
    /// <param name="detail">Why, in one line.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>When it was tried; another owner may have been faster.</returns>
    public Task ParkAsync(string bucket, string id, string etag, string detail, CancellationToken cancellationToken)
    {
        LogParked(_group, id, detail);
        return _store.SubmitAsync(bucket, [Mark(id, etag, OutboxRows.Parked, detail)], cancellationToken);
    }

    private async Task<List<CommittedMessage>> ClaimAsync(string bucket, IReadOnlyList<CommittedMessage> messages, CancellationToken cancellationToken)
    {
        var claim = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        List<CommittedMessage> known = [.. messages.Where(message => message.ETag is not null)];
        List<CommittedMessage> claimed = [];
        IEnumerable<CommittedMessage> single = messages;
        if (known.Count > 0)
        {
            var result = await _store.SubmitAsync(bucket, [.. known.Select(message => Claim(message, claim))], cancellationToken).ConfigureAwait(false);
            if (result.Status == SubmitStatus.Committed)
            {
                claimed = [.. known.Select((message, index) => message with { ETag = result.ETags[index] })];
                single = messages.Where(message => message.ETag is null);
            }
        }

        // A group that fails is repeated row by row: one row that another owner took must not keep the rest waiting.
        foreach (var message in single)
        {
            if (await ClaimOneAsync(bucket, message, claim, cancellationToken).ConfigureAwait(false) is { } one)
            {
                claimed.Add(one);
            }
        }

        return claimed;
    }

    // Null: the row is another owner's, or gone, or could not be claimed now; the sweep sees to it.
    private async Task<CommittedMessage?> ClaimOneAsync(string bucket, CommittedMessage message, string claim, CancellationToken cancellationToken)
    {
        try
        {
            var row = await HeadAsync(bucket, message.Message.Id, cancellationToken).ConfigureAwait(false);
            if (row is not null && IsMine(row, claim))
            {
                return message with { ETag = row.ETag };
            }

            // With a version given the row was seen so, claimed by a dead owner or by none; without one it must be free.
            var expected = message.ETag ?? (row?.Text(OutboxRows.State) == OutboxRows.Waiting ? row.ETag : null);
            if (row is null || expected is null || !string.Equals(row.ETag, expected, StringComparison.Ordinal))
            {
                return null;
            }

            var result = await _store.SubmitAsync(bucket, [Claim(message with { ETag = expected }, claim)], cancellationToken).ConfigureAwait(false);
            if (result.Status == SubmitStatus.Committed)
            {
                return message with { ETag = result.ETags[0] };
            }

            row = await HeadAsync(bucket, message.Message.Id, cancellationToken).ConfigureAwait(false);
            return row is not null && IsMine(row, claim) ? message with { ETag = row.ETag } : null;
        }
        catch (Exception failure) when (failure is StoreUnavailableException or SettingException)
        {
            LogClaimFailed(_group, message.Message.Id, failure.Message);
            return null;
        }
    }

    private async Task<(CommittedMessage Message, SendResult Result)> SendAsync(CommittedMessage message, long claimedAt, CancellationToken cancellationToken)
    {
        if (!_senders.TryGetValue(message.Message.Kind, out var sender))
        {
            return (message, new SendResult(SendStatus.NotSent, $"No sender is registered for messages of kind '{message.Message.Kind}'."));
        }

        var left = _halfLease - _time.GetElapsedTime(claimedAt);
        if (left <= TimeSpan.Zero || cancellationToken.IsCancellationRequested)
        {
            return (message, new SendResult(SendStatus.NotSent, "The claim grew old before the send began."));
        }

        try
        {
            return (message, await sender.SendAsync(message.Message, left, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception failure)
        {
            // A sender may fail in any way; whatever it was, the receiver may have taken the message.
            LogSendFailed(failure, _group, message.Message.Kind, message.Message.Id);
            return (message, new SendResult(SendStatus.Unknown, failure.Message));
        }
    }

    private async Task SettleAsync(string bucket, (CommittedMessage Message, SendResult Result)[] settlements)
    {
        List<(CommittedMessage Message, List<RowOperation> Operations)> groups = [];
        foreach (var (message, result) in settlements)
        {
            groups.Add((message, await SettlementAsync(bucket, message, result).ConfigureAwait(false)));
        }

        foreach (var chunk in Chunks(groups))
        {
            var result = await _store.SubmitAsync(bucket, [.. chunk.SelectMany(group => group.Operations)], CancellationToken.None).ConfigureAwait(false);
            if (result.Status != SubmitStatus.Committed)
            {
                foreach (var (message, operations) in chunk)
                {
                    await SettleOneAsync(bucket, message, operations).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task<List<RowOperation>> SettlementAsync(string bucket, CommittedMessage message, SendResult result)
    {
        switch (result.Status)
        {
            case SendStatus.Sent:
                List<RowOperation> deletes = [RowOperation.Delete(OutboxRows.RowKeyOf(message.Message.Id), message.ETag!)];
                if (OutboxRows.FurtherRows(message.Message) is { Count: > 0 } further)
                {
                    var rows = await UntilAnsweredAsync(() => _store.ReadAsync(bucket, further, [OutboxRows.State], CancellationToken.None)).ConfigureAwait(false);
                    deletes.AddRange(rows.Values.Select(row => RowOperation.Delete(row.RowKey, row.ETag)));
                }

                return deletes;
            case SendStatus.NotSent:
                LogNotSent(_group, message.Message.Kind, message.Message.Id, result.Detail);
                return [Mark(message.Message.Id, message.ETag!, OutboxRows.Waiting, result.Detail)];
            case SendStatus.Unknown when PolicyOf(message.Message.Kind) == InDoubtPolicy.Resend:
                LogInDoubt(_group, message.Message.Kind, message.Message.Id, result.Detail);
                return [Mark(message.Message.Id, message.ETag!, OutboxRows.Waiting, "in doubt: " + result.Detail)];
            default:
                LogParked(_group, message.Message.Id, result.Detail);
                return [Mark(message.Message.Id, message.ETag!, OutboxRows.Parked, (result.Status == SendStatus.Unknown ? "in doubt: " : "refused: ") + result.Detail)];
        }
    }

    private async Task SettleOneAsync(string bucket, CommittedMessage message, List<RowOperation> operations)
    {
        for (var failures = 1; ; failures++)
        {
            var head = await UntilAnsweredAsync(() => HeadAsync(bucket, message.Message.Id, CancellationToken.None)).ConfigureAwait(false);
            if (head is null || !string.Equals(head.ETag, message.ETag, StringComparison.Ordinal))
            {
                // Gone or marked by our own request whose answer was lost, or taken over after our lease.
                if (head is not null && head.Text(OutboxRows.State) == OutboxRows.Claimed)
                {
                    LogTakenOver(_group, message.Message.Id);
                }

                return;
            }

            var result = await _store.SubmitAsync(bucket, operations, CancellationToken.None).ConfigureAwait(false);
            if (result.Status == SubmitStatus.Committed)
            {
                return;
            }

            await BackOffAsync(failures).ConfigureAwait(false);
        }
    }

    private async Task<T> UntilAnsweredAsync<T>(Func<Task<T>> read)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await read().ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is StoreUnavailableException or SettingException)
            {
                LogClaimFailed(_group, "", failure.Message);
                await BackOffAsync(failures).ConfigureAwait(false);
            }
        }
    }

    private Task BackOffAsync(int failures) =>
        Task.Delay(TimeSpan.FromMilliseconds(Math.Min(LongestDelay.TotalMilliseconds, 50 * Math.Pow(2, Math.Min(failures, 20)))), _time);

    private async Task<Row?> HeadAsync(string bucket, string id, CancellationToken cancellationToken)
    {
        var rowKey = OutboxRows.RowKeyOf(id);
        var rows = await _store.ReadAsync(bucket, [rowKey], [OutboxRows.State, OutboxRows.Owner, OutboxRows.Claim], cancellationToken).ConfigureAwait(false);
        return rows.GetValueOrDefault(rowKey);
    }

    private bool IsMine(Row row, string claim) =>
        row.Text(OutboxRows.State) == OutboxRows.Claimed && row.Text(OutboxRows.Owner) == _owner && row.Text(OutboxRows.Claim) == claim;

    private RowOperation Claim(CommittedMessage message, string claim) => RowOperation.Merge(
        OutboxRows.RowKeyOf(message.Message.Id),
        new Dictionary<string, object> { [OutboxRows.State] = OutboxRows.Claimed, [OutboxRows.Owner] = _owner, [OutboxRows.Claim] = claim },
        message.ETag!);

    private static RowOperation Mark(string id, string etag, string state, string? detail) => RowOperation.Merge(
        OutboxRows.RowKeyOf(id),
        new Dictionary<string, object> { [OutboxRows.State] = state, [OutboxRows.Detail] = detail is { Length: > 1000 } ? detail[..1000] : detail ?? "" },
        etag);

    private static IEnumerable<List<(CommittedMessage Message, List<RowOperation> Operations)>> Chunks(
        List<(CommittedMessage Message, List<RowOperation> Operations)> groups)
    {
        List<(CommittedMessage, List<RowOperation>)> chunk = [];
        var rows = 0;
        foreach (var group in groups)
        {
            if (rows + group.Operations.Count > TransactionLimits.MaxRows)
            {
                yield return chunk;
                (chunk, rows) = ([], 0);
            }

            chunk.Add(group);
            rows += group.Operations.Count;
        }

        if (chunk.Count > 0)
        {
            yield return chunk;
        }
    }

    [LoggerMessage(11, LogLevel.Warning, "{Group}: the outbox could not reach the row of message {Id} and tries again: {Reason}")]
    private partial void LogClaimFailed(string group, string id, string reason);

    [LoggerMessage(12, LogLevel.Warning, "{Group}: message {Kind} {Id} was not sent and waits: {Reason}")]
    private partial void LogNotSent(string group, string kind, string id, string? reason);

    [LoggerMessage(13, LogLevel.Warning, "{Group}: it is not known whether message {Kind} {Id} was taken; it is sent again: {Reason}")]
    private partial void LogInDoubt(string group, string kind, string id, string? reason);

    [LoggerMessage(14, LogLevel.Error, "{Group}: message {Id} is parked, for a person to decide: {Reason}")]
    private partial void LogParked(string group, string id, string? reason);

    [LoggerMessage(15, LogLevel.Warning, "{Group}: sending message {Kind} {Id} failed")]
    private partial void LogSendFailed(Exception failure, string group, string kind, string id);

    [LoggerMessage(16, LogLevel.Warning, "{Group}: message {Id} was taken over by another owner after this one's lease")]
    private partial void LogTakenOver(string group, string id);
}
