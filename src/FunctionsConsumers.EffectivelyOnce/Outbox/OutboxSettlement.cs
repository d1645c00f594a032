using FunctionsConsumers.EffectivelyOnce.Outages;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// Writes down what became of claimed parcels. The invariant: a claimed row is tried again until it is written, and it is written
/// only under the version that the claim gave it.
/// </summary>
internal sealed partial class OutboxSettlement(string group, ITableStore store, OutboxTrouble trouble, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);
    private readonly ILogger _logger = logger;
    private readonly ContainedFaults _faults = new();

    /// <summary>
    /// Settles parcels of one bucket. It is not cancelled: a message that was sent and whose row stays would be sent again.
    /// <paramref name="sent" /> are the parcels, each with what became of its messages, in their order.
    /// </summary>
    public async Task SettleAsync(string bucket, IEnumerable<(CommittedParcel Parcel, SendResult[] Results)> sent)
    {
        List<(CommittedParcel Parcel, List<RowOperation> Operations)> settlements = [];
        foreach (var (parcel, results) in sent)
        {
            settlements.Add((parcel, await OperationsAsync(bucket, parcel, results).ConfigureAwait(false)));
        }

        trouble.Tell();

        foreach (var chunk in Chunks(settlements))
        {
            var result = await store.SubmitAsync(
                bucket, [.. chunk.SelectMany(settlement => settlement.Operations)], CancellationToken.None).ConfigureAwait(false);
            if (result.Status != SubmitStatus.Committed)
            {
                foreach (var (parcel, operations) in chunk)
                {
                    await SettleOneAsync(bucket, parcel, operations).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Leaves a parcel for a person, under the version that was seen. Another owner may have been faster.</summary>
    public Task ParkAsync(string bucket, CommittedParcel parcel, string detail, CancellationToken cancellationToken)
    {
        foreach (var message in parcel.Parcel.Messages)
        {
            trouble.Note(message, MessageFate.Parked, detail);
        }

        trouble.Tell();
        return store.SubmitAsync(bucket,
            Moved(parcel,
                [.. parcel.Parcel.Messages.Select(message => new LeftMessage(message, OutboxRows.Parked, detail, IsInDoubt: true))]),
            cancellationToken);
    }

    private async Task<List<RowOperation>> OperationsAsync(string bucket, CommittedParcel parcel, SendResult[] results)
    {
        List<LeftMessage> left = [];
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i].Status != SendStatus.Sent)
            {
                left.Add(Left(parcel, parcel.Parcel.Messages[i], results[i]));
            }
            else
            {
                trouble.Over(parcel.Parcel.Messages[i]);
            }
        }

        if (left.Count > 0)
        {
            return Moved(parcel, left);
        }

        List<RowOperation> deletes = [RowOperation.Delete(OutboxRows.RowKeyOf(parcel.Parcel.Id), parcel.ETag!)];
        if (OutboxRows.FurtherRows(parcel.Parcel) is { Count: > 0 } further)
        {
            var rows = await UntilAnsweredAsync(() => store.ReadAsync(bucket, further, [OutboxRows.State], CancellationToken.None))
                .ConfigureAwait(false);
            deletes.AddRange(rows.Values.Select(row => RowOperation.Delete(row.RowKey, row.ETag)));
        }

        return deletes;
    }

    private LeftMessage Left(CommittedParcel parcel, OutboxMessage message, SendResult result)
    {
        switch (result.Status)
        {
            case SendStatus.NotSent:
                trouble.Note(message, MessageFate.Waits, result.Detail);
                return new LeftMessage(message, OutboxRows.Waiting, result.Detail, parcel.IsInDoubt);
            case SendStatus.Unknown when parcel.Policy == InDoubtPolicy.Resend:
                trouble.Note(message, MessageFate.InDoubt, result.Detail ?? "no reason was given");
                return new LeftMessage(message, OutboxRows.Waiting, "in doubt: " + result.Detail, IsInDoubt: true);
            default:
                trouble.Note(message, MessageFate.Parked, result.Detail ?? "no reason was given");
                var isUnknown = result.Status == SendStatus.Unknown;
                return new LeftMessage(
                    message, OutboxRows.Parked, (isUnknown ? "in doubt: " : "refused: ") + result.Detail, isUnknown || parcel.IsInDoubt);
        }
    }

    /// <summary>
    /// Gives the messages that are left of a parcel their next rows. Waiting messages may go on sharing a row. Each parked message
    /// gets its own row, because a person decides about one at a time. <paramref name="parcel" /> has the version of its head row.
    /// </summary>
    internal static List<RowOperation> Moved(CommittedParcel parcel, List<LeftMessage> left)
    {
        // Any mark will do: what counts is that there is one.
        var waiting = left.FindAll(message => message.State == OutboxRows.Waiting);
        var doubt = (waiting.Count > 0 ? waiting : left).Exists(message => message.IsInDoubt) ? parcel.Parcel.Id : "";
        if (left.Count == parcel.Parcel.Messages.Count
            && (left.Count == 1 || left.TrueForAll(message => message.State == OutboxRows.Waiting)))
        {
            var columns = new Dictionary<string, object> { [OutboxRows.State] = left[0].State, [OutboxRows.Doubt] = doubt };
            if (OutboxRows.Details([.. left.Select(message => message.Detail)]) is { } details)
            {
                columns[OutboxRows.Detail] = details;
            }

            return [RowOperation.Merge(OutboxRows.RowKeyOf(parcel.Parcel.Id), columns, parcel.ETag!)];
        }

        List<RowOperation> operations = [];
        foreach (var part in ParcelPacker.Pack(waiting.Select(message => message.Message), parcel.Parcel.Trace))
        {
            operations.AddRange(OutboxRows.Inserts(
                part, OutboxRows.Waiting, DetailsOf(part, waiting), parcel.Policy, doubt));
        }

        foreach (var parked in left.Where(message => message.State == OutboxRows.Parked))
        {
            operations.AddRange(OutboxRows.Inserts(
                new Parcel(parked.Message.Kind, [parked.Message]) { Trace = parcel.Parcel.Trace },
                OutboxRows.Parked,
                OutboxRows.Details([parked.Detail]),
                parcel.Policy,
                parked.IsInDoubt ? parked.Message.Id : ""));
        }

        // The head row's own name may stay in use, for its first message.
        var head = OutboxRows.RowKeyOf(parcel.Parcel.Id);
        var index = operations.FindIndex(operation => string.Equals(operation.RowKey, head, StringComparison.Ordinal));
        if (index < 0)
        {
            operations.Insert(0, RowOperation.Delete(head, parcel.ETag!));
        }
        else
        {
            operations[index] = RowOperation.Replace(head, operations[index].Columns, parcel.ETag!);
        }

        return operations;
    }

    private static string? DetailsOf(Parcel part, List<LeftMessage> left) =>
        OutboxRows.Details([.. part.Messages.Select(message => left.Find(one => one.Message == message)?.Detail)]);

    private async Task SettleOneAsync(string bucket, CommittedParcel parcel, List<RowOperation> operations)
    {
        var rowKey = OutboxRows.RowKeyOf(parcel.Parcel.Id);
        for (var failures = 1; ; failures++)
        {
            var rows = await UntilAnsweredAsync(() => store.ReadAsync(bucket, [rowKey], [OutboxRows.State], CancellationToken.None))
                .ConfigureAwait(false);
            var head = rows.GetValueOrDefault(rowKey);
            if (head is null || !string.Equals(head.ETag, parcel.ETag, StringComparison.Ordinal))
            {
                // Either our own request, whose answer was lost, deleted or changed it, or another owner took it over after our lease.
                if (head is not null && head.Text(OutboxRows.State) == OutboxRows.Claimed)
                {
                    LogTakenOver(group, parcel.Parcel.Id);
                }

                return;
            }

            var result = await store.SubmitAsync(bucket, operations, CancellationToken.None).ConfigureAwait(false);
            if (result.Status == SubmitStatus.Committed)
            {
                return;
            }

            if (result.Status == SubmitStatus.Refused)
            {
                // Another try would not help. The claim stays, and after its lease the policy decides.
                LogRefused(group, parcel.Parcel.Id, result.Detail);
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
                var answer = await read().ConfigureAwait(false);
                _faults.Over(group);
                return answer;
            }
            catch (Exception failure) when (failure is StoreUnavailableException or SettingException)
            {
                if (_faults.Note(group, failure.Message))
                {
                    LogUnreachable(group, failure.Message);
                }

                await BackOffAsync(failures).ConfigureAwait(false);
            }
        }
    }

    private Task BackOffAsync(int failures) => Task.Delay(BackOff.After(failures, FirstDelay, LongestDelay), time);

    private static IEnumerable<List<(CommittedParcel Parcel, List<RowOperation> Operations)>> Chunks(
        List<(CommittedParcel Parcel, List<RowOperation> Operations)> settlements)
    {
        List<(CommittedParcel, List<RowOperation>)> chunk = [];
        var rows = 0;
        var bytes = 0L;
        foreach (var settlement in settlements)
        {
            var more = settlement.Operations.Sum(TransactionLimits.RequestBytes);
            if (chunk.Count > 0
                && (rows + settlement.Operations.Count > TransactionLimits.MaxRows || bytes + more > TransactionLimits.MaxBytes))
            {
                yield return chunk;
                (chunk, rows, bytes) = ([], 0, 0L);
            }

            chunk.Add(settlement);
            rows += settlement.Operations.Count;
            bytes += more;
        }

        if (chunk.Count > 0)
        {
            yield return chunk;
        }
    }

    [LoggerMessage(16, LogLevel.Warning, "{Group}: message {Id} was taken over by another owner after this one's lease")]
    private partial void LogTakenOver(string group, string id);

    [LoggerMessage(22, LogLevel.Error, "{Group}: the table refuses what became of message {Id}, which stays claimed: {Reason}")]
    private partial void LogRefused(string group, string id, string? reason);

    [LoggerMessage(17, LogLevel.Warning, "{Group}: the outbox cannot be reached to settle what was sent, and tries again: {Reason}")]
    private partial void LogUnreachable(string group, string reason);
}

/// <summary>A message that was not sent, and what becomes of it.</summary>
/// <param name="Message">The message.</param>
/// <param name="State">The state of its row from now on, waiting or parked.</param>
/// <param name="Detail">Why; null where nothing is known.</param>
/// <param name="IsInDoubt">Whether the receiver may have taken it.</param>
internal sealed record LeftMessage(OutboxMessage Message, string State, string? Detail, bool IsInDoubt);
