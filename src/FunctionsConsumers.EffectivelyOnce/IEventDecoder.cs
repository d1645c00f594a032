namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>Makes events of records. The port through which a domain says what its records mean.</summary>
/// <typeparam name="TEvent">The domain's event.</typeparam>
public interface IEventDecoder<TEvent>
{
    /// <summary>The domain's word for two different events with one subject, a dead letter's reason.</summary>
    /// <value>Default <c>subject-exists</c>.</value>
    string SubjectExistsReason => "subject-exists";

    /// <summary>
    /// The consumer groups that read the topic. A record whose header <c>redrive-group</c> names none of them is a dead
    /// letter of each, reason <c>bad-redrive</c>; one that names another group is passed over.
    /// </summary>
    /// <value>Default null: not known. A header that names another possible group is then passed over.</value>
    IReadOnlyCollection<string>? Groups => null;

    /// <summary>
    /// Whether equal keys, values and headers always make equal events, wherever the records stand and whatever their
    /// timestamps are. A resend of a record that this process has seen applied is then suppressed without being decoded.
    /// </summary>
    /// <value>Default false: every record is decoded.</value>
    bool DecodesByContent => false;

    /// <summary>
    /// Decodes one record. A pure function of the record and of the reference data read last (a catalog, say). What is no
    /// event is a <see cref="Rejection" />; a record for which this throws is a dead letter with the reason <c>refused</c>.
    /// </summary>
    /// <param name="record">The record.</param>
    /// <returns>The event, or why there is none.</returns>
    Decoded<TEvent> Decode(ConsumedRecord record);

    /// <summary>
    /// Reads again the changing data that a <see cref="Rejection.Provisional" /> rejection depends on. May return at once
    /// when the last reading is young enough by the decoder's own rule.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>When the data is read.</returns>
    ValueTask RefreshAsync(CancellationToken cancellationToken);
}

/// <summary>What a decoder made of a record: an event with its subject, or a rejection.</summary>
/// <typeparam name="TEvent">The domain's event.</typeparam>
/// <param name="Event">The event; set exactly when <paramref name="Rejection" /> is null.</param>
/// <param name="Subject">What the event is about; null where it has none, and its idempotency key then stands for it.
/// A rejection may name its subject where it could be read.</param>
/// <param name="EventId">The event's own id, the third choice for the idempotency key; null where it has none.</param>
/// <param name="Rejection">Why the record is no event; null where it is one.</param>
public sealed record Decoded<TEvent>(TEvent? Event, string? Subject, string? EventId, Rejection? Rejection)
{
    /// <summary>
    /// The canonical bytes: what the event means, whatever way it was written. The fingerprint is over them, so two records
    /// with equal bytes are one event. They depend on the record alone, never on reference data; give them for a
    /// <see cref="Rejection.Provisional" /> rejection too. The rows in the table hold their hash: a rule that changes makes
    /// every later resend of an older event another event.
    /// </summary>
    /// <value>Default null: the fingerprint is over the record's value.</value>
    public byte[]? Canonical { get; init; }
}

/// <summary>Why a record is poison.</summary>
/// <param name="Reason">One word of a closed list, for the header <c>dead-letter-reason</c>.</param>
/// <param name="Detail">One sentence that names the thing and the fix, for the header <c>dead-letter-detail</c>.</param>
/// <param name="Provisional">Whether the verdict depends on data that changes: it is then given only after the subject's row
/// and the data have been read again.</param>
public sealed record Rejection(string Reason, string Detail, bool Provisional = false);
