using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers;

/// <summary>What is done for every group from time to time, beside its batches. The host calls each on one instance at a time.</summary>
/// <param name="groups">The consumer groups.</param>
public sealed class Upkeep(IEnumerable<IGroupUpkeep> groups)
{
    // An hour's share of the sweep: at its own rate of 200 rows a second, about four minutes.
    private const int RowsForgottenAtOnce = 50_000;

    /// <summary>Finds records that the host skipped, and handles them; every minute.</summary>
    /// <param name="timer">The schedule.</param>
    /// <param name="cancellationToken">Set when the host stops.</param>
    /// <returns>When every group was looked at.</returns>
    [Function("GapAudit")]
    public Task AuditGaps([TimerTrigger("30 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        ForAllAsync(group => group.AuditGapsAsync(IGroupUpkeep.Grace, cancellationToken));

    /// <summary>Sends the messages that nobody is sending; every minute, for when no instance of a consumer runs that would.</summary>
    /// <param name="timer">The schedule.</param>
    /// <param name="cancellationToken">Set when the host stops.</param>
    /// <returns>When every group's outbox was looked through.</returns>
    [Function("OutboxSweep")]
    public Task SweepOutbox([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        ForAllAsync(group => group.SweepOutboxAsync(cancellationToken));

    /// <summary>Forgets keys and dead letters' rows past their retention; every hour.</summary>
    /// <param name="timer">The schedule.</param>
    /// <param name="cancellationToken">Set when the host stops; the next call goes on from there.</param>
    /// <returns>When the sweep went round or had enough.</returns>
    [Function("RetentionSweep")]
    public Task Forget([TimerTrigger("0 15 * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        ForAllAsync(group => group.ForgetAsync(RowsForgottenAtOnce, cancellationToken));

    // No group's failure hides another's: the host shows one exception, and that of a plain wait would be the first alone.
    private async Task ForAllAsync(Func<IGroupUpkeep, Task> work)
    {
        var all = Task.WhenAll(groups.Select(work));
        try
        {
            await all;
        }
        catch (Exception) when (all.Exception is { InnerExceptions.Count: > 1 } several)
        {
            throw several.Flatten();
        }
    }
}
