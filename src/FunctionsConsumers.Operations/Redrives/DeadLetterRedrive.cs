using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Operations.Log;

namespace FunctionsConsumers.Operations.Redrives;

/// <summary>
/// Sends dead letters to their groups again. Called twice, and killed at any moment in between, it sends each letter once: a
/// row says which it has taken and which it has sent, and what it took without saying more is searched for in the topic before
/// anything is sent. What got there twice all the same is suppressed by the order's row.
/// </summary>
/// <param name="services">Where the system is.</param>
/// <param name="log">The log.</param>
/// <param name="letters">The dead letters.</param>
public sealed class DeadLetterRedrive(OperatedServices services, TopicLog log, DeadLetterTopics letters)
{
    /// <summary>After how many redrives a letter is left for a person: 5.</summary>
    public const int MostRedrives = LetterRows.MostRedrives;

    /// <summary>Says what a redrive would do. Changes nothing.</summary>
    /// <param name="filter">Which letters.</param>
    /// <param name="alsoParked">Whether those are sent too that were redriven as often as is allowed.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="OperationException">The broker does not answer, or there is no such topic of orders.</exception>
    public async Task<RedrivePlan> PlanAsync(DeadLetterFilter filter, bool alsoParked, CancellationToken cancellationToken) =>
        RedrivePlan.Of(await letters.SelectAsync(filter, cancellationToken), alsoParked);

    /// <summary>Sends the letters of a plan that are to be sent.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="by">Who asks for it: it stands in the rows.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="say">Takes a line where one has to wait.</param>
    /// <param name="cancellationToken">Ends it between two sendings; the same call then goes on.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="OperationException">Another redrive of a group runs, or the broker does not answer.</exception>
    /// <exception cref="EffectivelyOnce.StoreUnavailableException">The table could not be read or written.</exception>
    /// <exception cref="EffectivelyOnce.SettingException">The account refuses the credential.</exception>
    public async Task<RedriveResult> RunAsync(
        RedrivePlan plan, string by, Action<RedriveProgress> progress, Action<string> say, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(progress);
        var result = new RedriveResult(
            0, 0, plan.Count(RedriveFate.Redriven), plan.Count(RedriveFate.Parked),
            [.. plan.Letters.Where(letter => letter.Fate == RedriveFate.NoOrigin).Select(letter =>
                new RedriveFailure(letter.Entry.Group, letter.Entry.Id, "it does not say where its record stood"))]);
        var table = await GroupTable.OpenSharedAsync(services.Tables, GroupProgress.TableName, cancellationToken);
        using var producer = new RedriveProducer(services.Kafka);
        foreach (var group in plan.ToSend.GroupBy(entry => entry.Group, StringComparer.Ordinal))
        {
            var before = result.Sent + result.Recovered + result.Failures.Count;
            var lease = await RunLease.TakeAsync(table, group.Key, by, services.Time, say, cancellationToken);
            var run = new GroupRedrive(
                services, log, letters, lease, new LetterClaims(table, group.Key, lease.Id, by, services.Time), producer);
            var one = await run.RunAsync(
                [.. group], done => progress(new RedriveProgress(before + done, plan.ToSend.Count)), cancellationToken);
            result = result with
            {
                Sent = result.Sent + one.Sent,
                Recovered = result.Recovered + one.Recovered,
                AlreadyRedriven = result.AlreadyRedriven + one.AlreadyRedriven,
                Failures = [.. result.Failures, .. one.Failures],
            };
        }

        return result;
    }
}
