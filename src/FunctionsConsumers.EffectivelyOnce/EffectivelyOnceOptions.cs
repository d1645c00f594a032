using System.ComponentModel.DataAnnotations;
using FunctionsConsumers.EffectivelyOnce.Outbox;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>The settings <c>EffectivelyOnce__…</c>, validated at start.</summary>
public sealed class EffectivelyOnceOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "EffectivelyOnce";

    /// <summary>
    /// How many buckets (table partitions) a group's table has; written once into the table and compared at every start.
    /// Each bucket takes 2,000 entities/s (Azure's target for a table partition).
    /// </summary>
    /// <value>1 to 1,000; default 16.</value>
    [Range(1, 1000)]
    public int Buckets { get; set; } = 16;

    /// <summary>How long keys and dead letters' rows are kept at least.</summary>
    /// <value>1 hour to 3,650 days; default 14 days.</value>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(14);

    /// <summary>
    /// How long one call may try to settle a batch before it throws and the host delivers the batch again. Must stay
    /// below <c>maxPollIntervalMs</c> of host.json (300 s), after which the broker evicts the instance.
    /// </summary>
    /// <value>1 to 240 seconds; default 120 seconds.</value>
    public TimeSpan BatchDeadline { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a claim on a message in the outbox holds. Sends take less than half of it.</summary>
    /// <value>10 seconds to 1 hour; default 60 seconds.</value>
    public TimeSpan OutboxLease { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>What happens to a message whose send is in doubt. Dead letters are always sent again.</summary>
    /// <value>Default <see cref="InDoubtPolicy.Resend" />.</value>
    public InDoubtPolicy InDoubt { get; set; } = InDoubtPolicy.Resend;
}
