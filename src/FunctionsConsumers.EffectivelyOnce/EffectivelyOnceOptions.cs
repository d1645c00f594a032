using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>The settings <c>EffectivelyOnce__…</c>, checked when they are read.</summary>
public sealed record EffectivelyOnceOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "EffectivelyOnce";

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

    /// <summary>Reads and checks the settings.</summary>
    /// <param name="configuration">The settings.</param>
    /// <returns>The options, with defaults where a setting is absent.</returns>
    /// <exception cref="SettingException">A setting is malformed or out of range.</exception>
    public static EffectivelyOnceOptions FromConfiguration(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(SectionName);
        var defaults = new EffectivelyOnceOptions();
        return new EffectivelyOnceOptions
        {
            Buckets = Number(section, nameof(Buckets), defaults.Buckets, 1, 1000),
            Retention = Time(section, nameof(Retention), defaults.Retention, TimeSpan.FromHours(1), TimeSpan.FromDays(3650)),
            BatchDeadline = Time(section, nameof(BatchDeadline), defaults.BatchDeadline, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(240)),
            OutboxLease = Time(section, nameof(OutboxLease), defaults.OutboxLease, TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)),
            InDoubt = Policy(section, nameof(InDoubt), defaults.InDoubt),
            PassOverBelowFloor = Flag(section, nameof(PassOverBelowFloor), defaults.PassOverBelowFloor),
        };
    }

    private static int Number(IConfigurationSection section, string name, int absent, int least, int most)
    {
        var text = section[name];
        if (string.IsNullOrWhiteSpace(text))
        {
            return absent;
        }

        return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new SettingException(string.Create(CultureInfo.InvariantCulture, $"{SectionName}__{name} is '{text}': give a whole number from {least} to {most}."));
    }

    private static TimeSpan Time(IConfigurationSection section, string name, TimeSpan absent, TimeSpan least, TimeSpan most)
    {
        var text = section[name];
        if (string.IsNullOrWhiteSpace(text))
        {
            return absent;
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time >= least && time <= most
            ? time
            : throw new SettingException($"{SectionName}__{name} is '{text}': give a time from {least} to {most}, written [days.]hours:minutes:seconds.");
    }

    private static bool Flag(IConfigurationSection section, string name, bool absent)
    {
        var text = section[name];
        if (string.IsNullOrWhiteSpace(text))
        {
            return absent;
        }

        return bool.TryParse(text, out var flag) ? flag : throw new SettingException($"{SectionName}__{name} is '{text}': give true or false.");
    }

    private static InDoubtPolicy Policy(IConfigurationSection section, string name, InDoubtPolicy absent)
    {
        var text = section[name];
        if (string.IsNullOrWhiteSpace(text))
        {
            return absent;
        }

        return Enum.TryParse<InDoubtPolicy>(text, ignoreCase: true, out var policy) && Enum.IsDefined(policy) && !char.IsAsciiDigit(text[0])
            ? policy
            : throw new SettingException($"{SectionName}__{name} is '{text}': give {InDoubtPolicy.Resend} or {InDoubtPolicy.Park}.");
    }
}
