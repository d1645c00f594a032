namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>Handles batches of records for one consumer group, once each.</summary>
public interface IBatchProcessor
{
    /// <summary>The consumer group.</summary>
    string Group { get; }

    /// <summary>
    /// Handles a batch: returns only when every record is applied, a duplicate, or has its dead letter's row. May be
    /// called again with the same records, by anyone, at any time.
    /// </summary>
    /// <param name="records">Records of one or several partitions, in order within each.</param>
    /// <param name="cancellationToken">Ends the attempt; what was committed stays, and the batch has to be delivered again.</param>
    /// <returns>What became of the records.</returns>
    /// <exception cref="BatchDeadlineException">The deadline passed; deliver the batch again.</exception>
    /// <exception cref="SettingException">The table service refused the account, the credential or the table.</exception>
    Task<BatchOutcome> ProcessAsync(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken);
}

/// <summary>What became of a batch's records; the parts add up to the number of records.</summary>
/// <param name="Applied">Records whose effects this call committed.</param>
/// <param name="Duplicates">Records suppressed, because their subject's row or their dead letter's row was there.</param>
/// <param name="DeadLettered">Records whose dead letter this call committed.</param>
/// <param name="PassedOver">
/// Redriven records meant for another group, and records below the group's floor where the setting
/// <c>EffectivelyOnce__PassOverBelowFloor</c> says so.
/// </param>
public readonly record struct BatchOutcome(int Applied, int Duplicates, int DeadLettered, int PassedOver);
