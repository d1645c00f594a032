using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>The settings <c>EffectivelyOnce__…</c>, checked when they are read.</summary>
public sealed record EffectivelyOnceOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "EffectivelyOnce";

    private static readonly Between<int> BucketRange = new(1, 1000);
    private static readonly Between<TimeSpan> RetentionRange = new(TimeSpan.FromHours(1), TimeSpan.FromDays(3650));
    private static readonly Between<TimeSpan> BatchDeadlineRange = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(240));
    private static readonly Between<int> SendsAtOnceRange = new(1, 1000);
    private static readonly Between<TimeSpan> OutboxLeaseRange = new(TimeSpan.FromSeconds(10), TimeSpan.FromHours(1));

    /// <summary>
    /// How many buckets (table partitions) a group's table has; written once into the table and compared at every start.
    /// Each bucket takes 2,000 entities/s (Azure's target for a table partition).
    /// </summary>
    /// <value>1 to 1,000; default 16.</value>
    public int Buckets { get; init; } = 16;

    /// <summary>How long keys and dead letters' rows are kept at least.</summary>
    /// <value>1 hour to 3,650 days; default 14 days.</value>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(14);

    /// <summary>
    /// How long one call may try to settle a batch before it throws and the host delivers the batch again. Must stay
    /// below <c>maxPollIntervalMs</c> of host.json (300 s), after which the broker evicts the instance.
    /// </summary>
    /// <value>1 to 240 seconds; default 120 seconds.</value>
    public TimeSpan BatchDeadline { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a claim on a message in the outbox holds. Sends take less than half of it.</summary>
    /// <value>10 seconds to 1 hour; default 60 seconds.</value>
    public TimeSpan OutboxLease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How many messages of one kind a process sends side by side at most, where their sender does not say otherwise: an e-mail
    /// server sees no more connections than this from one host.
    /// </summary>
    /// <value>1 to 1,000; default 8.</value>
    public int SendsAtOnce { get; init; } = 8;

    /// <summary>What happens to a message whose send is in doubt. Dead letters are always sent again.</summary>
    /// <value>Default <see cref="InDoubtPolicy.Resend" />.</value>
    public InDoubtPolicy InDoubt { get; init; } = InDoubtPolicy.Resend;

    /// <summary>
    /// Whether records below a partition's floor, the place where the group began when this library was first started on it,
    /// are passed over and counted when they are read: somebody else has handled them, and there are no rows to tell it.
    /// Set it where a group that was at work before adopts the library. While it is set, offsets set back to before that place
    /// have nothing handled there.
    /// </summary>
    /// <value>Default false.</value>
    public bool PassOverBelowFloor { get; init; }

    /// <summary>The names of the settings.</summary>
    internal static IReadOnlyList<string> Names { get; } =
        [.. typeof(EffectivelyOnceOptions).GetProperties().Where(property => property.CanWrite).Select(property => property.Name)];

    /// <summary>Reads and checks the settings.</summary>
    /// <param name="configuration">The settings.</param>
    /// <returns>The options, with defaults where a setting is absent.</returns>
    /// <exception cref="SettingException">A setting is malformed or out of range.</exception>
    public static EffectivelyOnceOptions FromConfiguration(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = new SettingReader(configuration.GetSection(SectionName));
        section.RefuseUnknown([.. Names, KafkaConsumerOptions.SectionName]);
        var defaults = new EffectivelyOnceOptions();
        return new EffectivelyOnceOptions
        {
            Buckets = section.Number(nameof(Buckets), defaults.Buckets, BucketRange),
            Retention = section.Time(nameof(Retention), defaults.Retention, RetentionRange),
            BatchDeadline = section.Time(nameof(BatchDeadline), defaults.BatchDeadline, BatchDeadlineRange),
            OutboxLease = section.Time(nameof(OutboxLease), defaults.OutboxLease, OutboxLeaseRange),
            SendsAtOnce = section.Number(nameof(SendsAtOnce), defaults.SendsAtOnce, SendsAtOnceRange),
            InDoubt = section.Choice(nameof(InDoubt), defaults.InDoubt),
            PassOverBelowFloor = section.Flag(nameof(PassOverBelowFloor), defaults.PassOverBelowFloor),
        };
    }

    /// <summary>Holds options that code gave to the same ranges.</summary>
    /// <exception cref="SettingException">One is out of range.</exception>
    internal EffectivelyOnceOptions Checked()
    {
        SettingReader.Checked(SectionName + "__" + nameof(Buckets), Buckets, BucketRange);
        SettingReader.Checked(SectionName + "__" + nameof(Retention), Retention, RetentionRange);
        SettingReader.Checked(SectionName + "__" + nameof(BatchDeadline), BatchDeadline, BatchDeadlineRange);
        SettingReader.Checked(SectionName + "__" + nameof(OutboxLease), OutboxLease, OutboxLeaseRange);
        SettingReader.Checked(SectionName + "__" + nameof(SendsAtOnce), SendsAtOnce, SendsAtOnceRange);
        return this;
    }
}
