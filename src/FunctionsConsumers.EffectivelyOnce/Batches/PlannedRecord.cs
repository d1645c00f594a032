using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Batches;

/// <summary>A record with all that its transaction needs: who it is, the rows to insert, the counters to add to, the messages.</summary>
internal sealed class PlannedRecord
{
    /// <summary>The record.</summary>
    public required ConsumedRecord Record { get; init; }

    /// <summary>The record's position in the batch.</summary>
    public int Position { get; set; }

    /// <summary>Who it is; a dead letter's subject and key are its coordinates.</summary>
    public required EventIdentity Identity { get; init; }

    /// <summary>The bucket of the identity's subject.</summary>
    public required string Bucket { get; init; }

    /// <summary>The rows to insert, without those of the messages; the first is the row that names the subject.</summary>
    public required RowOperation[] Inserts { get; init; }

    /// <summary>The amounts to add to counters.</summary>
    public required Addition[] Additions { get; init; }

    /// <summary>
    /// The messages that leave; their rows may hold those of other records of the transaction too. A dead letter has none where its
    /// message stands in the outbox already.
    /// </summary>
    public required OutboxMessage[] Messages { get; set; }

    /// <summary>Why the record became a dead letter; null for an event's effects.</summary>
    public Rejection? Rejection { get; init; }

    /// <summary>
    /// For a dead letter of an event whose subject is known: who the event is. Its subject's row is read before it is
    /// dead-lettered, since another version of the code, or another view of the data, may have applied it.
    /// </summary>
    public EventIdentity? Event { get; init; }

    /// <summary>
    /// Makes the same dead letter without the largest part of its record, for where it does not fit; gives null where nothing
    /// is left to leave out. Null for an event's effects.
    /// </summary>
    public Func<PlannedRecord?>? Smaller { get; init; }

    /// <summary>What the decoder or the planner threw, where that is why the record is a dead letter.</summary>
    public Exception? Failure { get; init; }

    /// <summary>The bytes of the inserts in a request, at most.</summary>
    public required long RequestBytes { get; init; }

    /// <summary>Whether the record has left its bucket's run: applied, suppressed or ruled out.</summary>
    public bool IsSettled { get; set; }

    /// <summary>Whether the service refused a transaction this record was part of: it is then submitted alone.</summary>
    public bool Alone { get; set; }

    /// <summary>
    /// Whether a transaction with this record was submitted and its outcome is not known: the subject's row may be its own
    /// work, whoever else has seen it meanwhile.
    /// </summary>
    public bool InDoubt { get; set; }

    /// <summary>
    /// The version of a dead letter's row that another record left at the same coordinates, in a topic that was made
    /// anew: it is replaced. Null: the row is inserted.
    /// </summary>
    public string? ReplacedETag { get; set; }

    /// <summary>The row that decides about the record.</summary>
    public string SubjectRowKey => Inserts[0].RowKey;

    /// <summary>Whether this is a dead letter whose reason depends on data that changes.</summary>
    public bool IsProvisional => Rejection is { Provisional: true };

    /// <summary>Whether this is a dead letter.</summary>
    public bool IsDeadLetter => Rejection is not null;

    /// <summary>Gives this plan the position of the one that it replaces.</summary>
    public PlannedRecord InPlaceOf(PlannedRecord replaced)
    {
        Position = replaced.Position;
        return this;
    }

    /// <summary>The record's outcome where the plan was committed.</summary>
    public RecordOutcome Settled() => Rejection is { } rejection
        ? new RecordOutcome(Record.Coordinates, RecordResult.DeadLettered, rejection.Reason, rejection.Detail)
        : new RecordOutcome(Record.Coordinates, RecordResult.Applied);

    /// <summary>The record's outcome where another row made the plan needless.</summary>
    public RecordOutcome Suppressed() => new(Record.Coordinates, RecordResult.Duplicate);
}
