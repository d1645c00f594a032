using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Batches;

/// <summary>Turns records into planned records, as a pure function: decode, subject, key, fingerprint, plan, limits.</summary>
/// <typeparam name="TEvent">The domain's event.</typeparam>
internal sealed class Planner<TEvent>(IConsumer<TEvent> consumer, IEventDecoder<TEvent> decoder, Buckets buckets)
{
    private readonly string? _effectKind = KindOf(consumer);

    /// <summary>The kind of the subject's row.</summary>
    public string SubjectRowKind => _effectKind ?? "key";

    /// <summary>Whether the subjects' rows are nothing but keys, which are forgotten some day.</summary>
    public bool KeepsKeysOnly => _effectKind is null;

    /// <summary>Plans one record. Whatever decoder and consumer return or throw, it ends as effects or as a dead letter.</summary>
    /// <param name="record">The record.</param>
    /// <param name="delivery">This delivery.</param>
    /// <returns>The planned record; null for one that was redriven for another group.</returns>
    public PlannedRecord? Plan(ConsumedRecord record, Delivery delivery)
    {
        var target = Redrive.TargetOf(record, consumer.Group, decoder.Groups);
        if (target == RedriveTarget.AnotherGroup)
        {
            return null;
        }

        Decoded<TEvent>? decoded = null;
        EventIdentity? identity = null;
        try
        {
            decoded = decoder.Decode(record);
            identity = IdentityOf(record, decoded);

            // Before all else: what the value says does not matter where nobody is meant.
            if (target == RedriveTarget.Nobody)
            {
                return DeadLetter(record, identity, Redrive.RejectionOf(record, decoder.Groups), delivery);
            }

            if (decoded.Rejection is { } rejection)
            {
                return DeadLetter(
                    record, identity, rejection, delivery, applied: decoded.Subject is null && !rejection.Provisional ? null : identity);
            }

            if (identity.Key.Length > IdempotencyKey.MaxLength)
            {
                return DeadLetter(record, identity, new Rejection(DeadLetterReasons.TooLarge, string.Create(CultureInfo.InvariantCulture,
                    $"The idempotency key has {identity.Key.Length} characters; at most {IdempotencyKey.MaxLength} are taken.")), delivery,
                    applied: identity);
            }

            var plan = consumer.Plan(decoded.Event!, identity);
            if (PlanRules.Violation(plan, _effectKind) is { } forbidden)
            {
                return DeadLetter(record, identity, new Rejection(DeadLetterReasons.Refused, forbidden), delivery, applied: identity);
            }

            var planned = Effects(record, identity, plan, delivery);
            return Violation(planned) is { } violation ? DeadLetter(record, identity, violation, delivery, applied: identity) : planned;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Both are pure functions: what they throw now they throw at every delivery, and the partition would stand still.
            var rejection = new Rejection(DeadLetterReasons.Refused, $"The {(decoded is null ? "decoder" : "consumer")} of "
                + $"'{consumer.Group}' threw {failure.GetType().Name}: {failure.Message}");
            return DeadLetter(record, identity ?? IdentityOf(record, null), rejection, delivery,
                applied: decoded?.Subject is null ? null : identity, failure);
        }
    }

    /// <summary>
    /// Plans a record's dead letter. It never claims its event's subject: its row and its bucket are those of the coordinates.
    /// </summary>
    /// <param name="record">The record.</param>
    /// <param name="identity">Who the event is, or would be.</param>
    /// <param name="rejection">Why it is poison.</param>
    /// <param name="delivery">This delivery.</param>
    /// <param name="applied">Who the event is whose subject's row is to be read first; null for none.</param>
    /// <param name="failure">What decoder or consumer threw; null where that is not the reason.</param>
    /// <returns>The planned dead letter.</returns>
    public PlannedRecord DeadLetter(
        ConsumedRecord record,
        EventIdentity identity,
        Rejection rejection,
        Delivery delivery,
        EventIdentity? applied = null,
        Exception? failure = null)
    {
        var coordinates = record.Coordinates.ToString();
        var own = identity with { Subject = coordinates, Key = coordinates };
        var letter = new DeadLetter(consumer.Group, rejection.Reason, rejection.Detail, delivery.Now, record);
        var columns = new EffectColumns { ["Reason"] = letter.Reason };
        if (record.Timestamp is { } timestamp)
        {
            columns["RecordTimestamp"] = timestamp;
        }

        var row = RowOperation.Insert(
            RowKey.OfDeadLetter(record.Coordinates), IdentityColumns.With(columns, own, IdentityColumns.DeadLettered, delivery));
        var size = TransactionLimits.Measure(row);
        var planned = Planned(letter);
        while (Violation(planned) is not null && planned.Letter!.Smaller() is { } smaller)
        {
            planned = smaller;
        }

        return planned;

        PlannedRecord Planned(DeadLetter deadLetter)
        {
            var id = MessageId.OfDeadLetter(consumer.Group, own, record.Timestamp);
            var message = new OutboxMessage(
                id, DeadLetters.DeadLetter.Kind, consumer.Group, coordinates, deadLetter.ToPayload(), delivery.Now);
            return new PlannedRecord
            {
                Record = record,
                Identity = own,
                Bucket = buckets.NumberOf(coordinates),
                Inserts = [row],
                Additions = [],
                Messages = [message],
                Letter = new PlannedLetter(
                    rejection, applied, () => deadLetter.Smaller() is { } less ? Planned(less) : null, failure),
                RequestBytes = size.RequestBytes,
                TooLarge = TransactionLimits.Violation(row, size),
            };
        }
    }

    // What decoder and headers say; what was not decoded has its coordinates alone.
    private EventIdentity IdentityOf(ConsumedRecord record, Decoded<TEvent>? decoded)
    {
        var given = decoded is null ? null : IdempotencyKey.Of(record, decoded.EventId, decoded.Subject);
        var key = given ?? record.Coordinates.ToString();
        var canonical = decoded?.Canonical;
        return new EventIdentity(
            consumer.Group, decoded?.Subject ?? key, key, ContentHash.Of(canonical ?? record.Value), record.Coordinates)
        {
            Spelling = canonical is null ? null : record.Value ?? [],
            HasPlaceForKey = given is null,
        };
    }

    private PlannedRecord Effects(ConsumedRecord record, EventIdentity identity, Plan plan, Delivery delivery)
    {
        var inserts = new RowOperation[1 + plan.Inserts.Count];
        inserts[0] = RowOperation.Insert(
            RowKey.OfSubject(SubjectRowKind, identity.Subject),
            IdentityColumns.With(plan.Effect, identity, IdentityColumns.Applied, delivery));
        for (var i = 1; i < inserts.Length; i++)
        {
            inserts[i] = RowOperation.Insert(plan.Inserts[i - 1].RowKey, plan.Inserts[i - 1].Columns);
        }

        var messages = plan.Messages.Count == 0 ? [] : new OutboxMessage[plan.Messages.Count];
        for (var ordinal = 0; ordinal < messages.Length; ordinal++)
        {
            var message = plan.Messages[ordinal];
            messages[ordinal] = new OutboxMessage(
                identity.MessageId(ordinal), message.Kind, consumer.Group, identity.Subject, message.Payload, delivery.Now);
        }

        var bytes = 0L;
        string? tooLarge = null;
        foreach (var insert in inserts)
        {
            var size = TransactionLimits.Measure(insert);
            bytes += size.RequestBytes;
            tooLarge ??= TransactionLimits.Violation(insert, size);
        }

        return new PlannedRecord
        {
            Record = record,
            Identity = identity,
            Bucket = buckets.NumberOf(identity.Subject),
            Inserts = inserts,
            Additions = plan.Additions.Count == 0 ? [] : [.. plan.Additions],
            Messages = messages,
            RequestBytes = bytes,
            TooLarge = tooLarge,
        };
    }

    private static string? KindOf(IConsumer<TEvent> consumer)
    {
        var kind = consumer.EffectKind;
        return PlanRules.KindViolation(kind) is { } violation
            ? throw new ArgumentException($"The consumer of '{consumer.Group}' cannot start: {violation}.", nameof(consumer))
            : kind;
    }

    // An event that cannot fit one transaction is poison: split over two, a crash between them would leave half of it.
    private static Rejection? Violation(PlannedRecord planned)
    {
        // Of a message's row only the subject has no bound by its making.
        if (planned.Messages.Length > 0 && 2 * planned.Messages[0].Subject.Length > TransactionLimits.MaxPropertyBytes)
        {
            return new Rejection(DeadLetterReasons.TooLarge, string.Create(CultureInfo.InvariantCulture,
                $"The subject has {planned.Messages[0].Subject.Length} characters; "
                    + $"a column takes {TransactionLimits.MaxPropertyBytes / 2}."));
        }

        if (planned.TooLarge is { } tooLarge)
        {
            return new Rejection(DeadLetterReasons.TooLarge, tooLarge);
        }

        var messages = Measure(planned.Messages);
        var rows = planned.Inserts.Length + messages.Rows + Counters(planned.Additions);
        if (rows > TransactionLimits.MaxRows)
        {
            return new Rejection(DeadLetterReasons.TooWide, string.Create(CultureInfo.InvariantCulture,
                $"The event's effects are {rows} rows; a transaction takes {TransactionLimits.MaxRows}."));
        }

        var bytes = planned.RequestBytes + messages.RequestBytes + (TransactionPacker.CounterBytes * planned.Additions.Length);
        return bytes > TransactionLimits.MaxBytes
            ? new Rejection(DeadLetterReasons.TooLarge, string.Create(CultureInfo.InvariantCulture,
                $"The event's effects are {bytes} bytes; a transaction takes {TransactionLimits.MaxBytes}."))
            : null;
    }

    private static (int Rows, long RequestBytes) Measure(OutboxMessage[] messages)
    {
        if (messages.Length == 0)
        {
            return default;
        }

        var parcels = new ParcelPacker();
        parcels.Add(messages);
        return (parcels.Rows, parcels.RequestBytes);
    }

    private static int Counters(Addition[] additions) => additions.Length < 2
        ? additions.Length
        : additions.Select(addition => addition.RowKey).Distinct(StringComparer.Ordinal).Count();
}
