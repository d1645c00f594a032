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
    /// <returns>What became of each record.</returns>
    /// <exception cref="BatchDeadlineException">The deadline passed; deliver the batch again.</exception>
    /// <exception cref="SettingException">The table service refused the account, the credential or the table.</exception>
    Task<BatchOutcome> ProcessAsync(IReadOnlyList<ConsumedRecord> records, CancellationToken cancellationToken);
}
