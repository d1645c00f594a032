using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>A message as it stands in an outbox, for a person to look at. Its name is <see cref="Id" />, never the row it is kept in.</summary>
public sealed record OutboxEntry
{
    internal OutboxEntry(string group, Row row, IReadOnlyList<string> furtherRows) => (Group, Row, FurtherRows) = (group, row, furtherRows);

    /// <summary>The consumer group that planned it.</summary>
    public string Group { get; }

    /// <summary>The message's id, 32 hex digits; what the receiver sees as <c>Message-ID</c>, <c>message-id</c> or the like.</summary>
    public string Id { get; internal init; } = "";

    /// <summary>The kind of message.</summary>
    public string Kind { get; internal init; } = "";

    /// <summary><see cref="OutboxRows.Waiting" />, <see cref="OutboxRows.Claimed" /> or <see cref="OutboxRows.Parked" />.</summary>
    public string State { get; internal init; } = "";

    /// <summary>The subject of its event; the coordinates for a dead letter.</summary>
    public string Subject { get; internal init; } = "";

    /// <summary>When it was planned, UTC.</summary>
    public DateTimeOffset CreatedAt { get; internal init; }

    /// <summary>Why it still waits or is parked, in one line; null where it was never tried.</summary>
    public string? Detail { get; internal init; }

    /// <summary>The row whose version guards the message's state, as it was read.</summary>
    internal Row Row { get; }

    /// <summary>The further rows of a large payload.</summary>
    internal IReadOnlyList<string> FurtherRows { get; }
}

/// <summary>Rows in, messages out: the one place outside sending that knows how messages lie in rows.</summary>
internal static class OutboxReader
{
    /// <summary>The columns it needs: no payloads, so that a long outbox is quickly listed.</summary>
    public static readonly IReadOnlyList<string> Columns =
        [OutboxRows.State, OutboxRows.Kind, OutboxRows.Subject, OutboxRows.CreatedAt, OutboxRows.Detail, OutboxRows.Claim, OutboxRows.Parts];

    /// <summary>The messages of a row.</summary>
    /// <param name="group">The consumer group.</param>
    /// <param name="row">A row of the outbox.</param>
    /// <returns>None for the further rows of a large payload.</returns>
    public static IEnumerable<OutboxEntry> Read(string group, Row row)
    {
        if (!OutboxRows.IsHead(row))
        {
            yield break;
        }

        yield return new OutboxEntry(group, row, OutboxRows.FurtherRows(row))
        {
            Id = OutboxRows.IdOf(row),
            Kind = row.Text(OutboxRows.Kind) ?? "",
            State = row.Text(OutboxRows.State) ?? "",
            Subject = row.Text(OutboxRows.Subject) ?? "",
            CreatedAt = row.Columns.TryGetValue(OutboxRows.CreatedAt, out var created) && created is DateTimeOffset at ? at : default,
            Detail = row.Text(OutboxRows.Detail) is { Length: > 0 } detail ? detail : null,
        };
    }
}
