using FunctionsConsumers.EffectivelyOnce.Subjects;
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
    public required EventIdentity Identity
    {
        get;
        init
        {
            field = value;
            Subject = new HashedText(value.Subject);
        }
    }

    /// <summary>The number of the bucket of the identity's subject.</summary>
    public required int Bucket { get; init; }

    /// <summary>What <see cref="KnownRecords.HashOf" /> gives for the record; 0 where records are not remembered.</summary>
    public int ContentHash { get; set; }

    /// <summary>The rows to insert, without those of the messages; the first is the row that names the subject.</summary>
    public required RowOperation[] Inserts { get; init; }

    /// <summary>The amounts to add to counters.</summary>
    public required Addition[] Additions { get; init; }

    /// <summary>
    /// The messages that leave; their rows may hold those of other records of the transaction too. A dead letter has none where its
    /// message stands in the outbox already.
    /// </summary>
    public required OutboxMessage[] Messages { get; set; }

    /// <summary>What a dead letter has beside its row and its message; null for an event's effects.</summary>
    public PlannedLetter? Letter { get; init; }

    /// <summary>Why the record became a dead letter; null for an event's effects.</summary>
    public Rejection? Rejection => Letter?.Rejection;

    /// <summary>For a dead letter of an event whose subject is known: who the event is (<see cref="PlannedLetter.Event" />).</summary>
    public EventIdentity? Event => Letter?.Event;

    /// <summary>The bytes of the inserts in a request, at most.</summary>
    public required long RequestBytes { get; init; }

    /// <summary>Which limit of the tables one of the inserts breaks by itself; null for none.</summary>
    public string? TooLarge { get; init; }

    /// <summary>The identity's subject.</summary>
    public HashedText Subject { get; private init; }

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

    /// <summary>Gives this plan the position of the one that it replaces, whose record is the same.</summary>
    public PlannedRecord InPlaceOf(PlannedRecord replaced)
    {
        (Position, ContentHash) = (replaced.Position, replaced.ContentHash);
        return this;
    }

    /// <summary>The record's outcome where the plan was committed.</summary>
    public RecordOutcome Settled() => Rejection is { } rejection
        ? new RecordOutcome(Record.Coordinates, RecordResult.DeadLettered, rejection.Reason, rejection.Detail)
        : new RecordOutcome(Record.Coordinates, RecordResult.Applied);

    /// <summary>The record's outcome where another row made the plan needless.</summary>
    public RecordOutcome Suppressed() => new(Record.Coordinates, RecordResult.Duplicate);
}

/// <summary>What a planned dead letter has that an event's effects have not.</summary>
/// <param name="Rejection">Why the record is a dead letter.</param>
/// <param name="Event">
/// Who the event is, where its subject is known. Its subject's row is read before it is dead-lettered, since another version of
/// the code, or another view of the data, may have applied it.
/// </param>
/// <param name="Smaller">
/// Makes the same dead letter without the largest part of its record, for where it does not fit; gives null where nothing is left to
/// leave out.
/// </param>
/// <param name="Failure">What the decoder or the planner threw, where that is why the record is a dead letter.</param>
internal sealed record PlannedLetter(Rejection Rejection, EventIdentity? Event, Func<PlannedRecord?> Smaller, Exception? Failure);
