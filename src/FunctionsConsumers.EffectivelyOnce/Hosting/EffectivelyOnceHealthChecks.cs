using FunctionsConsumers.EffectivelyOnce.Health;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the library's health checks.</summary>
public static class EffectivelyOnceHealthChecks
{
    /// <summary>The tag of the check that answers whether the process is worth keeping, for liveness probes.</summary>
    public const string LiveTag = "live";

    /// <summary>The tag of the check that answers whether the groups do their work, for readiness probes.</summary>
    public const string ReadyTag = "ready";

    /// <summary>
    /// Adds <see cref="ConsumerLiveness" /> as <c>effectively-once-live</c>, tagged <see cref="LiveTag" />, and <see
    /// cref="ConsumerReadiness" /> as <c>effectively-once-ready</c>, tagged <see cref="ReadyTag" />. They tell of every group
    /// that is registered, and answer at once.
    /// </summary>
    /// <param name="checks">The checks; <c>AddEffectivelyOnce</c> is called on their services too.</param>
    /// <returns>The same checks.</returns>
    public static IHealthChecksBuilder AddEffectivelyOnce(this IHealthChecksBuilder checks)
    {
        ArgumentNullException.ThrowIfNull(checks);
        return checks
            .AddCheck<ConsumerLiveness>("effectively-once-live", tags: [LiveTag])
            .AddCheck<ConsumerReadiness>("effectively-once-ready", tags: [ReadyTag]);
    }
}
