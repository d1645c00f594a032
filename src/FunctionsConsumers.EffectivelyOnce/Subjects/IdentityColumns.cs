using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Subjects;

/// <summary>The columns that say which record a row came from.</summary>
internal static class IdentityColumns
{
    /// <summary>The idempotency key; the coordinates for a dead letter.</summary>
    public const string Key = "Key";

    /// <summary><see cref="Applied" /> or <see cref="DeadLettered" />.</summary>
    public const string State = "State";

    /// <summary>The event's fingerprint, 64 hex digits.</summary>
    public const string Fingerprint = "Fingerprint";

    /// <summary>The id of the delivery that committed the row.</summary>
    public const string Attempt = "Attempt";

    /// <summary>The record's topic.</summary>
    public const string Topic = "Topic";

    /// <summary>The record's partition, Int32.</summary>
    public const string Partition = "Partition";

    /// <summary>The record's offset, Int64.</summary>
    public const string Offset = "Offset";

    /// <summary>When the row was written, UTC.</summary>
    public const string AppliedAt = "AppliedAt";

    /// <summary>When a duplicate last showed that a row that is nothing but a key is still needed, UTC.</summary>
    public const string ProlongedAt = "ProlongedAt";

    /// <summary>
    /// Where the subject of a row that is nothing but a key was seen again: for each topic partition the highest offset of
    /// a duplicate or a conflicting record, as <see cref="Sightings" /> writes it. Forgotten while one of them is still in
    /// the topic, the subject would be handled again when that one is read again.
    /// </summary>
    public const string SeenAt = "SeenAt";

    /// <summary>The state of an effect's or a key's row.</summary>
    public const string Applied = "applied";

    /// <summary>The state of a dead letter's row.</summary>
    public const string DeadLettered = "dead-lettered";

    /// <summary>The columns that a verdict needs.</summary>
    public static IReadOnlyList<string> ForVerdict { get; } = [Key, Fingerprint, Attempt, Topic, Partition, Offset];

    /// <summary>A row's columns together with its identity.</summary>
    public static Columns With(EffectColumns columns, EventIdentity identity, string state, Delivery delivery) =>
        new IdentifiedColumns(columns, identity, state, delivery);
}

/// <summary>
/// A row's columns and, behind them, those that say which record it came from. These are made of the identity where somebody reads
/// them: a row is written once, and most of its life is waiting for that.
/// </summary>
internal sealed class IdentifiedColumns(EffectColumns columns, EventIdentity identity, string state, Delivery delivery)
    : Columns(columns.Take(), columns.Count)
{
    /// <inheritdoc />
    public override int FurtherCount => 8;

    /// <inheritdoc />
    public override KeyValuePair<string, object> Further(int index) => index switch
    {
        0 => new(IdentityColumns.Key, identity.Key),
        1 => new(IdentityColumns.State, state),
        2 => new(IdentityColumns.Fingerprint, identity.Fingerprint),
        3 => new(IdentityColumns.Attempt, delivery.Attempt),
        4 => new(IdentityColumns.Topic, identity.Coordinates.Topic),
        5 => new(IdentityColumns.Partition, identity.Coordinates.Partition),
        6 => new(IdentityColumns.Offset, identity.Coordinates.Offset),
        7 => new(IdentityColumns.AppliedAt, delivery.BoxedTime),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    /// <inheritdoc />
    public override void MeasureFurther(ref RowSize size)
    {
        size.Text(IdentityColumns.Key, identity.Key);
        size.Text(IdentityColumns.State, state);
        size.PlainText(IdentityColumns.Fingerprint, 64);
        size.Text(IdentityColumns.Attempt, delivery.Attempt);
        size.Text(IdentityColumns.Topic, identity.Coordinates.Topic);
        size.Small(IdentityColumns.Partition);
        size.Small(IdentityColumns.Offset);
        size.Small(IdentityColumns.AppliedAt);
    }
}
