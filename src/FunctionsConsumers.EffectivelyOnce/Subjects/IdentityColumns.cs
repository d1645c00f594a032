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

    private const int OfEveryRow = 8;

    /// <summary>The columns that a verdict needs.</summary>
    public static IReadOnlyList<string> ForVerdict { get; } = [Key, Fingerprint, Attempt, Topic, Partition, Offset];

    /// <summary>A row's columns together with its identity.</summary>
    public static Columns With(IReadOnlyDictionary<string, object> columns, EventIdentity identity, string state, Delivery delivery)
    {
        var all = new Columns(columns.Count + OfEveryRow);
        all.AddRange(columns);
        all.Add(Key, identity.Key);
        all.Add(State, state);
        all.Add(Fingerprint, identity.Fingerprint);
        all.Add(Attempt, delivery.Attempt);
        all.Add(Topic, identity.Coordinates.Topic);
        all.Add(Partition, delivery.Boxed(identity.Coordinates.Partition));
        all.Add(Offset, identity.Coordinates.Offset);
        all.Add(AppliedAt, delivery.BoxedTime);
        return all;
    }
}
