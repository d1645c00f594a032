using FunctionsConsumers.Operations.DeadLetters;

namespace FunctionsConsumers.Operations.Stories;

/// <summary>All that is known of an order: in each group, and in the topic.</summary>
/// <param name="Asked">What was asked for.</param>
/// <param name="FoundBy">How it was found.</param>
/// <param name="OrderIds">The ids of the orders that the story tells of: one, or several where a key was asked for.</param>
/// <param name="Groups">Each group's part.</param>
/// <param name="Sightings">Every record of the order that the topic holds and that was looked at, in order of time.</param>
/// <param name="Search">What of the topic was looked at.</param>
public sealed record OrderStory(
    string Asked, FoundBy FoundBy, IReadOnlyList<string> OrderIds, IReadOnlyList<GroupStory> Groups, IReadOnlyList<Sighting> Sightings,
    TopicSearch Search)
{
    /// <summary>Whether anybody knows the order.</summary>
    public bool IsKnown => FoundBy != FoundBy.Nothing;
}

/// <summary>How an order was found.</summary>
public enum FoundBy
{
    /// <summary>Nobody knows it.</summary>
    Nothing,

    /// <summary>By its id.</summary>
    OrderId,

    /// <summary>By the idempotency key of a record.</summary>
    IdempotencyKey,

    /// <summary>By a record's place in the topic.</summary>
    Coordinates,
}

/// <summary>What of the topic was looked at for records of an order.</summary>
/// <param name="Records">How many records.</param>
/// <param name="IsWhole">Whether that is all the topic holds; else the newest part of it.</param>
/// <param name="Since">The time of the oldest record looked at; null where there is none.</param>
public sealed record TopicSearch(long Records, bool IsWhole, DateTimeOffset? Since);

/// <summary>A group's part of an order's story.</summary>
/// <param name="Group">The group.</param>
/// <param name="Effects">What it did; more than one only where something is wrong, or a key was asked for.</param>
/// <param name="DeadLetters">Records of the order that it could not apply.</param>
/// <param name="Messages">Messages of the order that are not sent yet.</param>
/// <param name="Mail">What became of the order's mail; null for a group that sends none.</param>
public sealed record GroupStory(
    string Group, IReadOnlyList<StoredEffect> Effects, IReadOnlyList<DeadLetterContent> DeadLetters, IReadOnlyList<StoredMessage> Messages,
    MailStanding? Mail);

/// <summary>What became of a mail.</summary>
public enum MailStanding
{
    /// <summary>The order has no address.</summary>
    None,

    /// <summary>It has left the outbox: the mail server took it, or a person dropped it.</summary>
    Left,

    /// <summary>It waits to be sent, or is being sent.</summary>
    Waiting,

    /// <summary>It is left for a person.</summary>
    Parked,
}

/// <summary>An effect as it stands in a group's table.</summary>
public sealed record StoredEffect
{
    /// <summary>The bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>The row key.</summary>
    public required string RowKey { get; init; }

    /// <summary>The order's id.</summary>
    public required string OrderId { get; init; }

    /// <summary>The idempotency key.</summary>
    public string? Key { get; init; }

    /// <summary>The fingerprint, 64 hex digits.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The topic of the record that was applied.</summary>
    public string? Topic { get; init; }

    /// <summary>Its partition.</summary>
    public int? Partition { get; init; }

    /// <summary>Its offset.</summary>
    public long? Offset { get; init; }

    /// <summary>When it was applied, UTC.</summary>
    public DateTimeOffset? AppliedAt { get; init; }

    /// <summary>The sum of an invoice, as text.</summary>
    public string? Total { get; init; }

    /// <summary>Its currency.</summary>
    public string? Currency { get; init; }

    /// <summary>The lines of an invoice or a reservation.</summary>
    public IReadOnlyList<StoredLine> Lines { get; init; } = [];

    /// <summary>The columns of the effect's own, as they stand there.</summary>
    public required IReadOnlyDictionary<string, string> Columns { get; init; }
}

/// <summary>A line of an invoice or a reservation.</summary>
/// <param name="Product">The product.</param>
/// <param name="Quantity">The quantity.</param>
/// <param name="UnitPrice">The price of one, as it is written; null in a reservation.</param>
public sealed record StoredLine(string Product, long Quantity, string? UnitPrice);

/// <summary>A message that is not sent yet.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="Kind">The kind of message.</param>
/// <param name="State"><c>waiting</c>, <c>claimed</c>, <c>parked</c>, or <c>unreadable</c>.</param>
/// <param name="CreatedAt">When it was planned, UTC.</param>
/// <param name="Detail">Why it waits or is parked; null where it was never tried.</param>
public sealed record StoredMessage(string Id, string Kind, string State, DateTimeOffset CreatedAt, string? Detail);

/// <summary>A record of the order in the topic.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The offset.</param>
/// <param name="Time">The record's timestamp, UTC; null where it has none.</param>
/// <param name="Key">The idempotency key it has by the rules; null where nothing gives one.</param>
/// <param name="Fingerprint">The fingerprint of what it means, or of its bytes where it is no order.</param>
/// <param name="Value">The value as text.</param>
/// <param name="Verdicts">What it is for each group.</param>
public sealed record Sighting(
    string Topic, int Partition, long Offset, DateTimeOffset? Time, string? Key, string Fingerprint, string Value,
    IReadOnlyDictionary<string, SightingVerdict> Verdicts);

/// <summary>What a record is for a group.</summary>
public enum SightingVerdict
{
    /// <summary>The group has no effect of the order, and no dead letter of this record: it has not come to it yet.</summary>
    NotHandled,

    /// <summary>The record that was applied.</summary>
    Applied,

    /// <summary>The same order again: suppressed.</summary>
    Resend,

    /// <summary>Another order under the same id: a dead letter, <c>key-reused</c> or <c>order-exists</c>.</summary>
    Conflict,

    /// <summary>It could not be applied, and is a dead letter.</summary>
    DeadLettered,

    /// <summary>It was redriven for another group.</summary>
    PassedOver,
}
