using System.Collections.ObjectModel;
using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// Claims parcels for one process life. The invariant: a parcel is claimed only under the version of its head row that was
/// seen, and every claim has a number of its own, so that none is taken for another's, or for an earlier one of ours.
/// </summary>
internal sealed partial class OutboxClaims(string group, ITableStore store, string owner, ILogger logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>Claims parcels of one bucket.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="parcels">At most as many as a transaction takes rows.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <returns>Those that are ours now, with their new versions; the sweep sees to the others.</returns>
    public async Task<List<CommittedParcel>> ClaimAsync(string bucket, IReadOnlyList<CommittedParcel> parcels, CancellationToken cancellationToken)
    {
        var claim = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        List<CommittedParcel> known = [.. parcels.Where(parcel => parcel.ETag is not null)];
        List<CommittedParcel> claimed = [];
        IEnumerable<CommittedParcel> single = parcels;
        if (known.Count > 0)
        {
            var result = await store.SubmitAsync(bucket, [.. known.Select(parcel => Claim(parcel.Parcel.Id, parcel.ETag!, claim))], cancellationToken).ConfigureAwait(false);
            if (result.Status == SubmitStatus.Committed)
            {
                claimed = [.. known.Select((parcel, index) => parcel with { ETag = result.ETags[index] })];
                single = parcels.Where(parcel => parcel.ETag is null);
            }
        }

        // A group that fails is repeated row by row: one row that another owner took must not keep the rest waiting.
        foreach (var parcel in single)
        {
            if (await ClaimOneAsync(bucket, parcel, claim, cancellationToken).ConfigureAwait(false) is { } one)
            {
                claimed.Add(one);
            }
        }

        return claimed;
    }

    /// <summary>Reads a parcel.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="head">Its head row, with all columns.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>Null where its rows went while it was read.</returns>
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

    // Null: the row is another owner's, or gone, or could not be claimed now; the sweep sees to it.
    private async Task<CommittedParcel?> ClaimOneAsync(string bucket, CommittedParcel parcel, string claim, CancellationToken cancellationToken)
    {
        var id = parcel.Parcel.Id;
        try
        {
            var row = await HeadAsync(bucket, id, cancellationToken).ConfigureAwait(false);
            if (row is null)
            {
                return null;
            }

            if (parcel.ETag is null)
            {
                // Of a parcel whose commit was only read back, other rows may stand in the table than those we would have
                // written; and a row of which nothing is known must be free.
                if (row.Text(OutboxRows.State) != OutboxRows.Waiting || await ReadAsync(bucket, row, cancellationToken).ConfigureAwait(false) is not { } read)
                {
                    return null;
                }

                parcel = new CommittedParcel(read, row.ETag);
            }
            else if (IsMine(row, claim))
            {
                return parcel with { ETag = row.ETag };
            }

            // With a version given the row was seen so, claimed by a dead owner or by none.
            if (!string.Equals(row.ETag, parcel.ETag, StringComparison.Ordinal))
            {
                return null;
            }

            var result = await store.SubmitAsync(bucket, [Claim(id, parcel.ETag!, claim)], cancellationToken).ConfigureAwait(false);
            if (result.Status == SubmitStatus.Committed)
            {
                return parcel with { ETag = result.ETags[0] };
            }

            row = await HeadAsync(bucket, id, cancellationToken).ConfigureAwait(false);
            return row is not null && IsMine(row, claim) ? parcel with { ETag = row.ETag } : null;
        }
        catch (Exception failure) when (failure is StoreUnavailableException or SettingException)
        {
            LogClaimFailed(group, id, failure.Message);
            return null;
        }
    }

    private async Task<Row?> HeadAsync(string bucket, string id, CancellationToken cancellationToken)
    {
        var rowKey = OutboxRows.RowKeyOf(id);
        return (await store.ReadAsync(bucket, [rowKey], null, cancellationToken).ConfigureAwait(false)).GetValueOrDefault(rowKey);
    }

    private bool IsMine(Row row, string claim) =>
        row.Text(OutboxRows.State) == OutboxRows.Claimed && row.Text(OutboxRows.Owner) == owner && row.Text(OutboxRows.Claim) == claim;

    private RowOperation Claim(string id, string etag, string claim) => RowOperation.Merge(
        OutboxRows.RowKeyOf(id),
        new Dictionary<string, object> { [OutboxRows.State] = OutboxRows.Claimed, [OutboxRows.Owner] = owner, [OutboxRows.Claim] = claim },
        etag);

    [LoggerMessage(11, LogLevel.Warning, "{Group}: the outbox could not claim message {Id} and leaves it to the sweep: {Reason}")]
    private partial void LogClaimFailed(string group, string id, string reason);

    [LoggerMessage(20, LogLevel.Debug, "{Group}: message {Id} went while the outbox was swept")]
    private partial void LogGone(string group, string id);
}
