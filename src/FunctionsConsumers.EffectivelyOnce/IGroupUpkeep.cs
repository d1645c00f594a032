namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>
/// What is done for a group from time to time, beside its batches. Registered once for each group; timer functions call
/// it. Each may run beside live traffic, in several instances, and may be stopped at any time.
/// </summary>
public interface IGroupUpkeep
{
    /// <summary>
    /// The grace of a gap audit beside running owners. An owner writes its progress every 5 s: what it finished in its last
    /// seconds is not written yet, and is no gap.
    /// </summary>
    /// <value>10 seconds.</value>
    static TimeSpan Grace { get; } = TimeSpan.FromSeconds(10);

    /// <summary>The consumer group.</summary>
    string Name { get; }

    /// <summary>Finds records below the committed offset that were never finished, and handles them.</summary>
    /// <param name="grace">How long an apparent gap is given to be closed by an owner that has not written its progress yet;
    /// <see cref="Grace" /> beside running owners, zero where nobody consumes.</param>
    /// <param name="cancellationToken">Ends the audit.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="StoreUnavailableException">The table could not be read or written.</exception>
    Task<GapAuditResult> AuditGapsAsync(TimeSpan grace, CancellationToken cancellationToken);

    /// <summary>Sends the messages that nobody is sending.</summary>
    /// <param name="cancellationToken">Ends the sweep.</param>
    /// <returns>How many messages stood in the outbox.</returns>
    /// <exception cref="StoreUnavailableException">The table could not be read.</exception>
    Task<int> SweepOutboxAsync(CancellationToken cancellationToken);

    /// <summary>Forgets keys and dead letters' rows that are older than the retention and whose record is gone from the topic.</summary>
    /// <param name="most">How many rows at most.</param>
    /// <param name="cancellationToken">Ends the sweep.</param>
    /// <returns>How many were forgotten.</returns>
    /// <exception cref="StoreUnavailableException">The table could not be read.</exception>
    Task<int> ForgetAsync(int most, CancellationToken cancellationToken);
}
