using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FunctionsConsumers.EffectivelyOnce.Health;

/// <summary>
/// Whether the process is worth keeping: unhealthy where a restart may help. That is where a group, over all its hosts,
/// handles nothing while its lag rises for three intervals of 20 s although broker and tables answer, and where nothing in
/// this process has been looked at for two minutes. An outage of a service is not: it ends no sooner by a restart.
/// Registered, with its other half, by <c>AddHealthChecks().AddEffectivelyOnce()</c>.
/// </summary>
/// <param name="services">The services, with <c>AddEffectivelyOnce</c> among them.</param>
public sealed class ConsumerLiveness(IServiceProvider services) : IHealthCheck
{
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(2);

    private readonly GroupWatch _watch = services.GetRequiredService<GroupWatch>();
    private readonly TimeProvider _time = services.GetRequiredService<TimeProvider>();

    /// <summary>Answers at once, from what was seen last.</summary>
    /// <param name="context">The check's registration.</param>
    /// <param name="cancellationToken">Not needed.</param>
    /// <returns>Healthy before the first look, too; else with a reason for each group in <see cref="HealthCheckResult.Data" />.</returns>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Reasons.Result(_watch, ReasonOf));

    private string? ReasonOf(string group, GroupCondition? condition)
    {
        if (condition is null)
        {
            return null;
        }

        var age = _time.GetUtcNow() - condition.LookedAt;
        return age > Stale
            ? string.Create(CultureInfo.InvariantCulture, $"not looked at for {age.TotalSeconds:0} s")
            : condition is { IsSilent: true, Broker: null, Tables: null } ? Reasons.Silent(condition) : null;
    }
}

/// <summary>
/// Whether the groups do their work: unhealthy where the broker or a group's table does not answer, where a group handles
/// nothing while its lag rises for three intervals of 20 s, and before the first look.
/// Registered, with its other half, by <c>AddHealthChecks().AddEffectivelyOnce()</c>.
/// </summary>
/// <param name="services">The services, with <c>AddEffectivelyOnce</c> among them.</param>
public sealed class ConsumerReadiness(IServiceProvider services) : IHealthCheck
{
    private readonly GroupWatch _watch = services.GetRequiredService<GroupWatch>();

    /// <summary>Answers at once, from what was seen last.</summary>
    /// <param name="context">The check's registration.</param>
    /// <param name="cancellationToken">Not needed.</param>
    /// <returns>With a reason for each group in <see cref="HealthCheckResult.Data" />.</returns>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Reasons.Result(_watch, (_, condition) => condition switch
        {
            null => "not looked at yet",
            { Broker: { } broker, Tables: { } tables } => $"{broker}; {tables}",
            { Broker: { } broker } => broker,
            { Tables: { } tables } => tables,
            { IsSilent: true } => Reasons.Silent(condition),
            _ => null,
        }));
}

/// <summary>Why groups are not well, in words.</summary>
internal static class Reasons
{
    /// <summary>That a group is silent.</summary>
    public static string Silent(GroupCondition condition) => string.Create(
        CultureInfo.InvariantCulture,
        $"has handled nothing for {GroupSilence.Intervals * GroupWatch.Interval.TotalSeconds:0} s while its lag rose to "
            + $"{condition.Reading?.Lag} records");

    /// <summary>The result over all groups. <paramref name="reasonOf" /> is null if it is.</summary>
    public static HealthCheckResult Result(GroupWatch watch, Func<string, GroupCondition?, string?> reasonOf)
    {
        var reasons = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var group in watch.Groups)
        {
            if (reasonOf(group.Name, watch.Of(group.Name)) is { } reason)
            {
                reasons[group.Name] = reason;
            }
        }

        return reasons.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy(string.Join("; ", reasons.Select(reason => $"{reason.Key}: {reason.Value}")), data: reasons);
    }
}
