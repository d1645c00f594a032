using System.Collections.ObjectModel;
using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// Claims parcels for one process life. The invariant: a parcel is claimed only under the version of its head row that was
/// seen, and every claim has a number of its own, so that none is taken for another's, or for an earlier one of ours.
/// </summary>
internal sealed partial class OutboxClaims(
    string group, ITableStore store, string owner, Func<CommittedParcel, InDoubtPolicy> policyOf, ILogger logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>Claims parcels of one bucket. The sweep sees to the others.</summary>
    public async Task<List<CommittedParcel>> ClaimAsync(
        string bucket, IReadOnlyList<CommittedParcel> parcels, CancellationToken cancellationToken)
    {
        // One that is cancelled half-way may be committed all the same: its messages, which nobody has tried to send, would
        // be in doubt for a whole lease after every stop, and parked where doubt means a person.
        cancellationToken.ThrowIfCancellationRequested();
        cancellationToken = CancellationToken.None;

        var claim = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        List<CommittedParcel> known = [.. parcels.Where(parcel => parcel.ETag is not null)
            .Select(parcel => parcel with { Policy = policyOf(parcel) })];
        List<CommittedParcel> claimed = [];
        IEnumerable<CommittedParcel> single = parcels;
        if (known.Count > 0)
        {
            var result = await store.SubmitAsync(bucket, [.. known.Select(parcel => Claim(parcel, claim))], cancellationToken)
                .ConfigureAwait(false);
            if (result.Status == SubmitStatus.Committed)
            {
                claimed = [.. known.Select((parcel, index) => parcel with { ETag = result.ETags[index] })];
                single = parcels.Where(parcel => parcel.ETag is null);
            }
        }

        // A group that fails is repeated row by row: one row that another owner took must not keep the rest waiting.
        foreach (var parcel in single)
        {
            try
            {
                if (await ClaimOneAsync(bucket, parcel, claim, cancellationToken).ConfigureAwait(false) is { } one)
                {
                    claimed.Add(one);
                }
            }
            catch (InvalidDataException unreadable)
            {
                LogClaimFailed(group, parcel.Parcel.Id, unreadable.Message);
            }
            catch (Exception failure) when (failure is StoreUnavailableException or SettingException)
            {
                // The rest would wait for the same answer, one after the other; the sweep sees to them.
                LogClaimFailed(group, parcel.Parcel.Id, failure.Message);
                break;
            }
        }

        return claimed;
    }

    /// <summary>Reads a parcel. Null if its rows went while it was read.</summary>
    /// <exception cref="StoreUnavailableException">The table could not be read.</exception>
    public async Task<Parcel?> ReadAsync(string bucket, Row head, CancellationToken cancellationToken)
    {
        var keys = OutboxRows.FurtherRows(head);
        IReadOnlyDictionary<string, Row> further = keys.Count == 0
            ? ReadOnlyDictionary<string, Row>.Empty
            : await store.ReadAsync(bucket, keys, null, cancellationToken).ConfigureAwait(false);
        if (further.Count < keys.Count)
        {
            // Head and further rows go in one transaction: a missing one means that the message was sent a moment ago.
            LogGone(group, OutboxRows.IdOf(head));
            return null;
        }

        return OutboxRows.Read(group, head, further);
    }

    // Null: the row is another owner's, or gone, or could not be claimed now; the sweep sees to it. Throws what its readings do.
    private async Task<CommittedParcel?> ClaimOneAsync(
        string bucket, CommittedParcel parcel, string claim, CancellationToken cancellationToken)
    {
        var id = parcel.Parcel.Id;
        var row = await HeadAsync(bucket, id, cancellationToken).ConfigureAwait(false);
        if (row is null)
        {
            return null;
        }

        if (parcel.ETag is null)
        {
            // Of a parcel whose commit was only read back, other rows may stand in the table than those we would have
            // written; and a row of which nothing is known must be free.
            if (row.Text(OutboxRows.State) != OutboxRows.Waiting
                || OutboxRows.IsInDoubt(row)
                || await ReadAsync(bucket, row, cancellationToken).ConfigureAwait(false) is not { } read)
            {
                return null;
            }

            parcel = new CommittedParcel(read, row.ETag, OutboxRows.PolicyOf(row));
        }

        parcel = parcel with { Policy = policyOf(parcel) };
        if (IsMine(row, claim))
        {
            return parcel with { ETag = row.ETag };
        }

        // With a version given the row was seen so, claimed by a dead owner or by none.
        if (!string.Equals(row.ETag, parcel.ETag, StringComparison.Ordinal))
        {
            return null;
        }

        var result = await store.SubmitAsync(bucket, [Claim(parcel, claim)], cancellationToken).ConfigureAwait(false);
        if (result.Status == SubmitStatus.Committed)
        {
            return parcel with { ETag = result.ETags[0] };
        }

        row = await HeadAsync(bucket, id, cancellationToken).ConfigureAwait(false);
        return row is not null && IsMine(row, claim) ? parcel with { ETag = row.ETag } : null;
    }

    private async Task<Row?> HeadAsync(string bucket, string id, CancellationToken cancellationToken)
    {
        var rowKey = OutboxRows.RowKeyOf(id);
        return (await store.ReadAsync(bucket, [rowKey], null, cancellationToken).ConfigureAwait(false)).GetValueOrDefault(rowKey);
    }

    private bool IsMine(Row row, string claim) =>
        row.Text(OutboxRows.State) == OutboxRows.Claimed && row.Text(OutboxRows.Owner) == owner && row.Text(OutboxRows.Claim) == claim;

    // From here on a send may begin: whoever finds the row later, of whatever version and with whatever setting, finds the
    // doubt and what is to be done about it.
    private RowOperation Claim(CommittedParcel parcel, string claim) => RowOperation.Merge(
        OutboxRows.RowKeyOf(parcel.Parcel.Id),
        new Dictionary<string, object>
        {
            [OutboxRows.State] = OutboxRows.Claimed,
            [OutboxRows.Owner] = owner,
            [OutboxRows.Claim] = claim,
            [OutboxRows.Policy] = parcel.Policy!.Value.ToString(),
            [OutboxRows.Doubt] = claim,
        },
        parcel.ETag!);

    [LoggerMessage(11, LogLevel.Warning, "{Group}: the outbox could not claim message {Id} and leaves it to the sweep: {Reason}")]
    private partial void LogClaimFailed(string group, string id, string reason);

    [LoggerMessage(20, LogLevel.Debug, "{Group}: message {Id} went while the outbox was swept")]
    private partial void LogGone(string group, string id);
}
