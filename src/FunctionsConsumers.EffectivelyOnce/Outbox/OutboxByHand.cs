using System.Globalization;
using System.Runtime.CompilerServices;
using FunctionsConsumers.EffectivelyOnce.Outages;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// What a person may do with one group's outbox while hosts are sending from it: list messages, have parked ones sent again, and
/// delete some. The invariant: a message changes only in the version that the person saw, and never while an owner has claimed it.
/// </summary>
internal sealed class OutboxByHand(string group, ITableStore store, Buckets buckets, TimeProvider time)
{
    private const int Tries = 6;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    /// <summary>Lists the messages that stand in the outbox, bucket by bucket; no snapshot.</summary>
    /// <exception cref="StoreUnavailableException">The table could not be read.</exception>
    /// <exception cref="SettingException">The service refused the account, the credential or the table.</exception>
    public async IAsyncEnumerable<OutboxEntry> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var bucket in buckets.All)
        {
            await foreach (var row in store.ScanAsync(bucket, OutboxRows.Prefix, null, cancellationToken).ConfigureAwait(false))
            {
                foreach (var entry in OutboxEntry.Of(group, row))
                {
                    yield return entry;
                }
            }
        }
    }

    /// <summary>Makes a parked message one that waits: the next sweep of any host claims and sends it, under the same id.</summary>
    /// <exception cref="ArgumentException">The message was not parked when it was listed.</exception>
    /// <exception cref="StoreUnavailableException">The table gave no plain answer, time and again.</exception>
    /// <exception cref="SettingException">The service refused the account, the credential or the table.</exception>
    public Task<OutboxChange> ResendAsync(OutboxEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);

        // What is parked has a row to itself.
        if (entry.State != OutboxRows.Parked || entry.SharesItsRow)
        {
            throw new ArgumentException($"Message {entry.Id} is {entry.State}: only a parked one is sent again by hand.", nameof(entry));
        }

        // The change has a claim id of its own. If the answer is lost, the id tells this change from another's.
        var change = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        var merge = RowOperation.Merge(
            entry.Head.RowKey,
            new Dictionary<string, object>
            {
                [OutboxRows.State] = OutboxRows.Waiting,
                [OutboxRows.Claim] = change,
                [OutboxRows.Doubt] = "",
                [OutboxRows.Tried] = true,
                [OutboxRows.Detail] = "to be sent again, by hand",
            },
            entry.Head.ETag);
        return ChangeAsync(entry, change, () => Task.FromResult<IReadOnlyList<RowOperation>>([merge]), cancellationToken);
    }

    /// <summary>
    /// Deletes messages that are parked or wait, so that nobody sends them. If the answer was lost, this deletion itself may be the
    /// reason for <see cref="OutboxChange.Gone" /> or <see cref="OutboxChange.Overtaken" />.
    /// </summary>
    /// <exception cref="ArgumentException">A message was claimed when it was listed: an owner may be sending it.</exception>
    /// <exception cref="StoreUnavailableException">The table gave no plain answer, time and again.</exception>
    /// <exception cref="SettingException">The service refused the account, the credential or the table.</exception>
    public async Task<IReadOnlyList<OutboxChange>> DropAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.FirstOrDefault(entry => entry.State is not (OutboxRows.Parked or OutboxRows.Waiting)) is { } underWay)
        {
            throw new ArgumentException(
                $"Message {underWay.Id} is {underWay.State}: an owner may be sending it, or another version reads it.", nameof(entries));
        }

        var changes = new Dictionary<(string Bucket, string RowKey, string ETag), OutboxChange>();
        foreach (var row in entries.GroupBy(entry => entry.Head))
        {
            var ids = row.Select(entry => entry.Id).ToHashSet(StringComparer.Ordinal);
            changes[row.Key] = await ChangeAsync(
                row.First(), null, () => DropsAsync(row.First(), ids, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        return [.. entries.Select(entry => changes[entry.Head])];
    }

    // The rows of a message are deleted in one transaction, as they were inserted. The other messages of a shared row stay.
    private async Task<IReadOnlyList<RowOperation>> DropsAsync(OutboxEntry first, HashSet<string> ids, CancellationToken cancellationToken)
    {
        var delete = RowOperation.Delete(first.Head.RowKey, first.Head.ETag);
        if (first.SharesItsRow)
        {
            // If the version is not the one that was listed, the ETag fails the deletion, whatever is read here.
            var rows = await store.ReadAsync(first.Head.Bucket, [first.Head.RowKey], null, cancellationToken).ConfigureAwait(false);
            if (!rows.TryGetValue(first.Head.RowKey, out var head) || head.ETag != first.Head.ETag)
            {
                return [delete];
            }

            var parcel = OutboxRows.Read(group, head, System.Collections.ObjectModel.ReadOnlyDictionary<string, Row>.Empty);
            var isInDoubt = OutboxRows.IsInDoubt(head);
            List<LeftMessage> left = [.. parcel.Messages
                .Select((message, index) => new LeftMessage(message, first.State, OutboxRows.DetailOf(head, index), isInDoubt))
                .Where(message => !ids.Contains(message.Message.Id))];
            return left.Count == 0
                ? [delete]
                : OutboxSettlement.Moved(new CommittedParcel(parcel, first.Head.ETag, OutboxRows.PolicyOf(head), isInDoubt), left);
        }

        if (first.FurtherRows.Count == 0)
        {
            return [delete];
        }

        var further = await store.ReadAsync(first.Head.Bucket, first.FurtherRows, [OutboxRows.State], cancellationToken)
            .ConfigureAwait(false);
        return [delete, .. further.Values.Select(row => RowOperation.Delete(row.RowKey, row.ETag))];
    }

    private async Task<OutboxChange> ChangeAsync(
        OutboxEntry entry, string? change, Func<Task<IReadOnlyList<RowOperation>>> operations, CancellationToken cancellationToken)
    {
        var (bucket, rowKey, etag) = entry.Head;
        for (var tries = 1; ; tries++)
        {
            var result = await store.SubmitAsync(bucket, await operations().ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
            switch (result.Status)
            {
                case SubmitStatus.Committed:
                    return OutboxChange.Made;
                case SubmitStatus.Refused or SubmitStatus.Misconfigured:
                    throw new SettingException(result.Detail ?? $"The table of '{group}' refuses the change.", result.Failure);
                default:
                    cancellationToken.ThrowIfCancellationRequested();
                    break;
            }

            // An answer that is no plain success says nothing yet. The row as it is now does.
            var rows = await store.ReadAsync(bucket, [rowKey], [OutboxRows.State, OutboxRows.Claim], cancellationToken)
                .ConfigureAwait(false);
            if (!rows.TryGetValue(rowKey, out var head))
            {
                return OutboxChange.Gone;
            }

            if (!string.Equals(head.ETag, etag, StringComparison.Ordinal))
            {
                return change is not null && head.Text(OutboxRows.Claim) == change ? OutboxChange.Made : OutboxChange.Overtaken;
            }

            if (tries == Tries)
            {
                throw new StoreUnavailableException(
                    $"Message {entry.Id} of '{group}' could not be changed in {Tries} tries: {result.Detail}", result.Failure);
            }

            await Task.Delay(BackOff.After(tries, FirstDelay, LongestDelay), time, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>What became of a change by hand.</summary>
internal enum OutboxChange
{
    /// <summary>It was made.</summary>
    Made,

    /// <summary>Somebody changed the message since it was listed, an owner or another person: list it again, and look.</summary>
    Overtaken,

    /// <summary>The message is no longer there: it was sent, or dropped.</summary>
    Gone,
}
