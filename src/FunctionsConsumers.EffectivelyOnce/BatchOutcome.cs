using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>What became of a batch: the outcome of each of its records, and their counts.</summary>
public sealed class BatchOutcome
{
    /// <summary>Counts outcomes.</summary>
    /// <param name="records">One outcome for each record, in the order of the batch.</param>
    public BatchOutcome(IReadOnlyList<RecordOutcome> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        Records = records;
        for (var i = 0; i < records.Count; i++)
        {
            switch (records[i].Result)
            {
                case RecordResult.Applied:
                    Applied++;
                    break;
                case RecordResult.Duplicate:
                    Duplicates++;
                    break;
                case RecordResult.DeadLettered:
                    DeadLettered++;
                    break;
                default:
                    PassedOver++;
                    break;
            }
        }
    }

    /// <summary>One outcome for each record, in the order of the batch.</summary>
    public IReadOnlyList<RecordOutcome> Records { get; }

    /// <summary>Records whose effects this call committed.</summary>
    public int Applied { get; }

    /// <summary>Records suppressed, because their subject's row or their dead letter's row was there.</summary>
    public int Duplicates { get; }

    /// <summary>Records whose dead letter this call committed.</summary>
    public int DeadLettered { get; }

    /// <summary>
    /// Redriven records meant for another group, and records below the group's floor where the setting
    /// <c>EffectivelyOnce__PassOverBelowFloor</c> says so.
    /// </summary>
    public int PassedOver { get; }

    /// <summary>The outcome of a batch of which only these records were to be handled: the others were passed over.</summary>
    internal BatchOutcome Within(IReadOnlyList<ConsumedRecord> records)
    {
        var next = 0;
        return records.Count == Records.Count
            ? this
            : new BatchOutcome([.. records.Select(record => next < Records.Count && Records[next].Coordinates == record.Coordinates
                ? Records[next++]
                : new RecordOutcome(record.Coordinates, RecordResult.PassedOver))]);
    }

    /// <summary>The counts in words, for a log.</summary>
    /// <returns>For example <c>2 applied, 1 duplicates, 0 dead-lettered, 0 passed over</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Applied} applied, {Duplicates} duplicates, {DeadLettered} dead-lettered, {PassedOver} passed over");
}

/// <summary>What became of one record.</summary>
/// <param name="Coordinates">Where the record stands.</param>
/// <param name="Result">What became of it.</param>
/// <param name="Reason">Why it was dead-lettered, one word, as in the header <c>dead-letter-reason</c>; null for every other
/// result.</param>
/// <param name="Detail">Why it was dead-lettered, one sentence; null for every other result.</param>
public readonly record struct RecordOutcome(Coordinates Coordinates, RecordResult Result, string? Reason = null, string? Detail = null);

/// <summary>The ways in which a record is settled.</summary>
public enum RecordResult
{
    /// <summary>This call committed its effects.</summary>
    Applied,

    /// <summary>It was suppressed: its subject's row, or its own dead letter's row, was there.</summary>
    Duplicate,

    /// <summary>This call committed its dead letter.</summary>
    DeadLettered,

    /// <summary>It was redriven and is meant for another group, or it stands below the group's floor.</summary>
    PassedOver,
}
