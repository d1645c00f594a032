using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// A message as it stands in an outbox, for a person to look at. Its name is <see cref="Id" />, never the row it is kept in.
/// </summary>
internal sealed record OutboxEntry
{
    private OutboxEntry(OutboxMessage message, Row head, int index)
    {
        Group = message.Group;
        Id = message.Id;
        Kind = message.Kind;
        Subject = message.Subject;
        CreatedAt = message.CreatedAt;
        State = head.Text(OutboxRows.State) ?? "";
        Detail = OutboxRows.DetailOf(head, index);
        Head = (head.PartitionKey, head.RowKey, head.ETag);
        FurtherRows = OutboxRows.FurtherRows(head);
        SharesItsRow = OutboxRows.CountOf(head) > 1;
    }

    // A row of another version, or one that is broken: it is shown, and nobody changes it by hand.
    private OutboxEntry(string group, Row head, string unreadable)
    {
        Group = group;
        Id = OutboxRows.IdOf(head);
        Kind = head.Text(OutboxRows.Kind) ?? "";
        Subject = "";
        State = OutboxRows.Unreadable;
        Detail = unreadable;
        Head = (head.PartitionKey, head.RowKey, head.ETag);
        FurtherRows = [];
    }

    /// <summary>The consumer group that planned it.</summary>
    public string Group { get; }

    /// <summary>The message's id, 32 hex digits; what the receiver sees as <c>Message-ID</c>, <c>message-id</c> or the like.</summary>
    public string Id { get; }

    /// <summary>The kind of message.</summary>
    public string Kind { get; }

    /// <summary>
    /// <see cref="OutboxRows.Waiting" />, <see cref="OutboxRows.Claimed" /> or <see cref="OutboxRows.Parked" />; or
    /// <see cref="OutboxRows.Unreadable" /> for a row in a format that this version does not know.
    /// </summary>
    public string State { get; }

    /// <summary>The subject of its event; the coordinates for a dead letter.</summary>
    public string Subject { get; }

    /// <summary>When it was planned, UTC.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>Why it still waits or is parked, in one line; null where it was never tried.</summary>
    public string? Detail { get; }

    /// <summary>The head row, whose version guards the message's state, as it was read.</summary>
    internal (string Bucket, string RowKey, string ETag) Head { get; }

    /// <summary>The further rows of a large payload.</summary>
    internal IReadOnlyList<string> FurtherRows { get; }

    /// <summary>Whether other messages stand under the same head row.</summary>
    internal bool SharesItsRow { get; }

    /// <summary>
    /// Rows in, messages out. <paramref name="row" /> is a row of the outbox, with all its columns. Returns none for the further rows
    /// of a large payload.
    /// </summary>
    internal static IReadOnlyList<OutboxEntry> Of(string group, Row row)
    {
        try
        {
            return [.. OutboxRows.MessagesOf(group, row).Select((message, index) => new OutboxEntry(message, row, index))];
        }
        catch (InvalidDataException unreadable)
        {
            return [new OutboxEntry(group, row, unreadable.Message)];
        }
    }
}
