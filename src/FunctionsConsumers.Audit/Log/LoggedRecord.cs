using FunctionsConsumers.Audit.Orders;

namespace FunctionsConsumers.Audit.Log;

/// <summary>What the verdict needs of one record.</summary>
/// <param name="partition">The partition.</param>
/// <param name="offset">The offset.</param>
/// <param name="writtenAt">The record's timestamp, UTC.</param>
/// <param name="meantFor">The groups that it is meant for, a bit for each.</param>
/// <param name="spelling">The fingerprint of the value's bytes.</param>
internal sealed class LoggedRecord(int partition, long offset, DateTime writtenAt, uint meantFor, Fingerprint spelling)
{
    /// <summary>Its number in the order of reading, over all partitions.</summary>
    public long Place { get; init; }

    /// <summary>The partition.</summary>
    public int Partition => partition;

    /// <summary>The offset.</summary>
    public long Offset => offset;

    /// <summary>The record's timestamp, UTC.</summary>
    public DateTime WrittenAt => writtenAt;

    /// <summary>The groups that it is meant for, a bit for each.</summary>
    public uint MeantFor => meantFor;

    /// <summary>The fingerprint of the value's bytes.</summary>
    public Fingerprint Spelling => spelling;

    /// <summary>The fingerprint of what the value means; null where it is no order.</summary>
    public Fingerprint? Meaning { get; init; }

    /// <summary>The order that the record may be one of; null where no group can apply it.</summary>
    public LoggedPayload? Payload { get; private set; }

    /// <summary>
    /// Whether the record may be applied itself. An order under a key that is too long may not; where the same order is
    /// applied from another record, it is a duplicate like any other.
    /// </summary>
    public bool IsApplicable { get; init; } = true;

    /// <summary>Whether the verdict found the effect that came from it.</summary>
    public bool IsApplied { get; set; }

    /// <summary>Says which order the record may be one of.</summary>
    /// <param name="payload">The order.</param>
    public void Carry(LoggedPayload payload)
    {
        Payload = payload;
        payload.Records.Add(this);
    }

    /// <summary>Whether a group has to handle the record.</summary>
    /// <param name="group">The group's position.</param>
    /// <returns>Whether it has to.</returns>
    public bool IsMeantFor(int group) => (meantFor & (1U << group)) != 0;
}

/// <summary>All records with one order id; usually one payload, in one record.</summary>
internal sealed class LoggedOrder
{
    private readonly List<LoggedPayload> _payloads = new(1);

    /// <summary>The place of its first record in the order of reading.</summary>
    public long Place => _payloads[0].Records[0].Place;

    /// <summary>The payloads that mean different orders, in the order in which they were read.</summary>
    public IReadOnlyList<LoggedPayload> Payloads => _payloads;

    /// <summary>The payload of an order, made where there is none with its meaning.</summary>
    /// <param name="meaning">The fingerprint of its canonical form.</param>
    /// <param name="order">The order.</param>
    /// <returns>The payload.</returns>
    public LoggedPayload PayloadOf(Fingerprint meaning, AuditedOrder order)
    {
        var payload = _payloads.Find(candidate => candidate.Meaning == meaning);
        if (payload is null)
        {
            _payloads.Add(payload = new LoggedPayload(meaning, order));
        }

        return payload;
    }
}

/// <summary>What one order means, and the records that carry it in one spelling or several.</summary>
/// <param name="meaning">The fingerprint of the canonical form.</param>
/// <param name="order">What the payload says.</param>
internal sealed class LoggedPayload(Fingerprint meaning, AuditedOrder order)
{
    /// <summary>The fingerprint of the canonical form.</summary>
    public Fingerprint Meaning { get; } = meaning;

    /// <summary>What the payload says.</summary>
    public AuditedOrder Order { get; } = order;

    /// <summary>Whether the verdict found that the order's effect says this, and no other payload under the same id.</summary>
    public bool IsStanding { get; set; }

    /// <summary>The records.</summary>
    public List<LoggedRecord> Records { get; } = new(1);

    /// <summary>
    /// Whether a row comes from this payload: its fingerprint is over the canonical form, or, in a row of the layout before
    /// that (<c>SchemaVersion</c> 1), over the bytes of a record.
    /// </summary>
    /// <param name="fingerprint">The row's fingerprint.</param>
    /// <returns>Whether it does.</returns>
    public bool IsOf(Fingerprint? fingerprint) =>
        fingerprint is { } of && (of == Meaning || Records.Exists(record => record.Spelling == of));
}
