using System.Globalization;
using System.Runtime.CompilerServices;
using FunctionsConsumers.EffectivelyOnce.Keys;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// What a person may do with one group's outbox, beside the hosts that are sending from it: look, have a parked message
/// sent again, drop one. The invariant: a message changes only under the version that the person saw, and never while an
/// owner's claim is on it.
/// </summary>
/// <param name="group">The consumer group.</param>
/// <param name="store">The group's table.</param>
/// <param name="buckets">The table's buckets.</param>
/// <param name="time">The clock, for the wait between tries.</param>
public sealed class OutboxByHand(string group, ITableStore store, Buckets buckets, TimeProvider time)
{
    private const int Tries = 6;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Lists the messages that stand in the outbox, bucket by bucket; no snapshot.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The messages.</returns>
    /// <exception cref="StoreUnavailableException">The table could not be read.</exception>
    /// <exception cref="SettingException">The service refused the account, the credential or the table.</exception>
    public async IAsyncEnumerable<OutboxEntry> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var bucket in buckets.All)
        {
            await foreach (var row in store.ScanAsync(bucket, OutboxRows.Prefix, OutboxReader.Columns, cancellationToken).ConfigureAwait(false))
            {
                foreach (var entry in OutboxReader.Read(group, row))
                {
                    yield return entry;
                }
            }
        }
    }

    /// <summary>Makes a parked message one that waits: the next sweep of any host claims and sends it, under the same id.</summary>
    /// <param name="entry">The message as it was listed, parked.</param>
    /// <param name="cancellationToken">Ends the trying; the change may have been made.</param>
    /// <returns>Whether it was made.</returns>
    /// <exception cref="ArgumentException">The message was not parked when it was listed.</exception>
    /// <exception cref="StoreUnavailableException">The table gave no plain answer, time and again.</exception>
    /// <exception cref="SettingException">The service refused the account, the credential or the table.</exception>
    public Task<OutboxChange> ResendAsync(OutboxEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.State != OutboxRows.Parked)
        {
            throw new ArgumentException($"Message {entry.Id} is {entry.State}: only a parked one is sent again by hand.", nameof(entry));
        }

        // A claim of this change's own tells it from another's when the answer is lost.
        var change = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        var merge = RowOperation.Merge(
            entry.Row.RowKey,
            new Dictionary<string, object> { [OutboxRows.State] = OutboxRows.Waiting, [OutboxRows.Claim] = change, [OutboxRows.Detail] = "to be sent again, by hand" },
            entry.Row.ETag);
        return ChangeAsync(entry, change, () => Task.FromResult<IReadOnlyList<RowOperation>>([merge]), cancellationToken);
    }

    /// <summary>Deletes a message that is parked or waits: nobody will send it.</summary>
    /// <param name="entry">The message as it was listed, not claimed.</param>
    /// <param name="cancellationToken">Ends the trying; the message may have been deleted.</param>
    /// <returns>Whether it was deleted; <see cref="OutboxChange.Gone" /> too where the answer of the deletion was lost.</returns>
    /// <exception cref="ArgumentException">The message was claimed when it was listed: an owner may be sending it.</exception>
    /// <exception cref="StoreUnavailableException">The table gave no plain answer, time and again.</exception>
    /// <exception cref="SettingException">The service refused the account, the credential or the table.</exception>
    public Task<OutboxChange> DropAsync(OutboxEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.State is not (OutboxRows.Parked or OutboxRows.Waiting))
        {
            throw new ArgumentException($"Message {entry.Id} is {entry.State}: an owner may be sending it.", nameof(entry));
        }

        return ChangeAsync(entry, null, DeletesAsync, cancellationToken);

        // All rows of a message go in one transaction, as they came.
        async Task<IReadOnlyList<RowOperation>> DeletesAsync()
        {
            List<RowOperation> deletes = [RowOperation.Delete(entry.Row.RowKey, entry.Row.ETag)];
            if (entry.FurtherRows.Count > 0)
            {
                var further = await store.ReadAsync(entry.Row.PartitionKey, entry.FurtherRows, [OutboxRows.State], cancellationToken).ConfigureAwait(false);
                deletes.AddRange(further.Values.Select(row => RowOperation.Delete(row.RowKey, row.ETag)));
            }

            return deletes;
        }
    }

    private async Task<OutboxChange> ChangeAsync(
        OutboxEntry entry, string? change, Func<Task<IReadOnlyList<RowOperation>>> operations, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var result = await store.SubmitAsync(entry.Row.PartitionKey, await operations().ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
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

            // Not a plain success says nothing yet: what stands there now does.
            var rows = await store.ReadAsync(entry.Row.PartitionKey, [entry.Row.RowKey], [OutboxRows.State, OutboxRows.Claim], cancellationToken).ConfigureAwait(false);
            if (!rows.TryGetValue(entry.Row.RowKey, out var head))
            {
                return OutboxChange.Gone;
            }

            if (!string.Equals(head.ETag, entry.Row.ETag, StringComparison.Ordinal))
            {
                return change is not null && head.Text(OutboxRows.Claim) == change ? OutboxChange.Made : OutboxChange.Overtaken;
            }

            if (tries == Tries)
            {
                throw new StoreUnavailableException($"Message {entry.Id} of '{group}' could not be changed in {Tries} tries: {result.Detail}", result.Failure);
            }

            await Task.Delay(FirstDelay * (1 << (tries - 1)), time, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>What became of a change by hand.</summary>
public enum OutboxChange
{
    /// <summary>It was made.</summary>
    Made,

    /// <summary>Somebody changed the message since it was listed, an owner or another person: list it again, and look.</summary>
    Overtaken,

    /// <summary>The message is no longer there: it was sent, or dropped.</summary>
    Gone,
}
