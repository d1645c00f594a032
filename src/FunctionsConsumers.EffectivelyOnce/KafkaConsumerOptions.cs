using Confluent.Kafka;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>
/// How a hosted consumer reads. From the settings <c>EffectivelyOnce__Consumers__GROUP__…</c>, each named like its
/// property; what the code says goes before them.
/// </summary>
public sealed record KafkaConsumerOptions
{
    private static readonly Between<int> MaxBatchSizeRange = new(1, 100_000);
    private static readonly Between<TimeSpan> BatchWindowRange = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
    private static readonly Between<TimeSpan> CommitIntervalRange = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1));
    private static readonly Between<TimeSpan> SessionTimeoutRange = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
    private static readonly Between<TimeSpan> MaxPollIntervalRange = new(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
    private static readonly Between<TimeSpan> DrainRange = new(TimeSpan.Zero, TimeSpan.FromMinutes(10));
    private static readonly Between<TimeSpan> UpkeepRange = new(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));

    /// <summary>The most records in a batch.</summary>
    /// <value>1 to 100,000; default 1,000.</value>
    public int MaxBatchSize { get; init; } = 1_000;

    /// <summary>How long records are gathered before a batch goes that is not full.</summary>
    /// <value>1 millisecond to 1 minute; default 100 milliseconds.</value>
    public TimeSpan BatchWindow { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Where the group begins in a partition of which it has committed nothing.</summary>
    /// <value>Default <see cref="GroupStart.Earliest" />.</value>
    public GroupStart StartsAt { get; init; } = GroupStart.Earliest;

    /// <summary>How often the offsets behind settled batches are committed.</summary>
    /// <value>1 millisecond to 1 day; default 200 milliseconds.</value>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long the broker waits for a heartbeat before it gives a member's partitions to others.</summary>
    /// <value>1 millisecond to 1 hour, and the broker's own limits; default 45 seconds.</value>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>How long the consumer may go without asking for records before it is put out of its group.</summary>
    /// <value>1 second to 1 day, above <see cref="EffectivelyOnceOptions.BatchDeadline" />; default 300 seconds.</value>
    public TimeSpan MaxPollInterval { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How long the batch in flight may take to end at a stop before it is cancelled; its records then come again.
    /// Keep it below the host's <c>ShutdownTimeout</c>, 30 seconds unless set.</summary>
    /// <value>0 to 10 minutes; default 20 seconds.</value>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often the group looks for records below its committed offset that were never finished.</summary>
    /// <value>1 second to 1 day; default 1 minute.</value>
    public TimeSpan GapAuditInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often keys and dead letters' rows past their retention are forgotten.</summary>
    /// <value>1 second to 1 day; default 1 hour.</value>
    public TimeSpan RetentionInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Changes the client's configuration after everything else was set. The group's id, where it begins
    /// (<see cref="StartsAt" />), <see cref="MaxPollInterval" />, the storing of offsets and the isolation level stay as they are:
    /// the promise depends on them.</summary>
    /// <value>Default null.</value>
    public Action<ConsumerConfig>? Configure { get; init; }

    /// <summary>The section of the consumers' settings, below the library's.</summary>
    internal const string SectionName = "Consumers";

    private static readonly string[] Names =
    [
        nameof(MaxBatchSize), nameof(BatchWindow), nameof(StartsAt), nameof(CommitInterval), nameof(SessionTimeout),
        nameof(MaxPollInterval),
        nameof(Drain), nameof(GapAuditInterval), nameof(RetentionInterval),
    ];

    internal static KafkaConsumerOptions FromConfiguration(IConfiguration configuration, string group)
    {
        var section = new SettingReader(configuration.GetSection($"{EffectivelyOnceOptions.SectionName}:{SectionName}:{group}"));
        section.RefuseUnknown(Names);
        var defaults = new KafkaConsumerOptions();
        return new KafkaConsumerOptions
        {
            MaxBatchSize = section.Number(nameof(MaxBatchSize), defaults.MaxBatchSize, MaxBatchSizeRange),
            BatchWindow = section.Time(nameof(BatchWindow), defaults.BatchWindow, BatchWindowRange),
            StartsAt = section.Choice(nameof(StartsAt), defaults.StartsAt),
            CommitInterval = section.Time(nameof(CommitInterval), defaults.CommitInterval, CommitIntervalRange),
            SessionTimeout = section.Time(nameof(SessionTimeout), defaults.SessionTimeout, SessionTimeoutRange),
            MaxPollInterval = section.Time(nameof(MaxPollInterval), defaults.MaxPollInterval, MaxPollIntervalRange),
            Drain = section.Time(nameof(Drain), defaults.Drain, DrainRange),
            GapAuditInterval = section.Time(nameof(GapAuditInterval), defaults.GapAuditInterval, UpkeepRange),
            RetentionInterval = section.Time(nameof(RetentionInterval), defaults.RetentionInterval, UpkeepRange),
        };
    }

    internal KafkaConsumerOptions Checked(string group, EffectivelyOnceOptions shared)
    {
        string Name(string option) => $"{EffectivelyOnceOptions.SectionName}__Consumers__{group}__{option}";

        SettingReader.Checked(Name(nameof(MaxBatchSize)), MaxBatchSize, MaxBatchSizeRange);
        SettingReader.Checked(Name(nameof(BatchWindow)), BatchWindow, BatchWindowRange);
        SettingReader.Checked(Name(nameof(CommitInterval)), CommitInterval, CommitIntervalRange);
        SettingReader.Checked(Name(nameof(SessionTimeout)), SessionTimeout, SessionTimeoutRange);
        SettingReader.Checked(Name(nameof(MaxPollInterval)), MaxPollInterval, MaxPollIntervalRange);
        SettingReader.Checked(Name(nameof(Drain)), Drain, DrainRange);
        SettingReader.Checked(Name(nameof(GapAuditInterval)), GapAuditInterval, UpkeepRange);
        SettingReader.Checked(Name(nameof(RetentionInterval)), RetentionInterval, UpkeepRange);
        if (MaxPollInterval < SessionTimeout)
        {
            throw new SettingException(
                $"{Name(nameof(MaxPollInterval))} is '{MaxPollInterval}', less than {Name(nameof(SessionTimeout))} ('{SessionTimeout}'): "
                + "raise the one or lower the other.");
        }

        return MaxPollInterval > shared.BatchDeadline
            ? this
            : throw new SettingException(
                $"{Name(nameof(MaxPollInterval))} is '{MaxPollInterval}' and {EffectivelyOnceOptions.SectionName}__"
                + $"{nameof(EffectivelyOnceOptions.BatchDeadline)} '{shared.BatchDeadline}': a batch must be given up before the broker "
                + "takes its consumer for dead; raise the one or lower the other.");
    }
}

/// <summary>Where a group begins in a partition of which it has committed nothing.</summary>
public enum GroupStart
{
    /// <summary>At the first record that the partition holds.</summary>
    Earliest,

    /// <summary>Behind its last record: what was written before the group began is none of its business.</summary>
    Latest,
}
