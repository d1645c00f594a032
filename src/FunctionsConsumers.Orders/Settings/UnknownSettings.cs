using System.Globalization;
using System.Text.RegularExpressions;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Mail;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.Orders.Settings;

/// <summary>
/// Refuses settings that look like ours and that nobody reads: a slip of the pen would otherwise take the default in silence.
/// Names of others (<c>AzureWebJobs…</c>, <c>FUNCTIONS_…</c>, <c>KAFKA_HOME</c>) are none of our business.
/// </summary>
internal static partial class UnknownSettings
{
    private const string Once = EffectivelyOnceOptions.SectionName;
    private const string DeadLetters = "KafkaDeadLetters";

    // How many characters of a name may be wrong for it still to be one of ours.
    private const int Slips = 2;

    private static readonly string[] OfOnce = [.. EffectivelyOnceOptions.Names];
    private static readonly string[] OfAccount = ["serviceUri", "clientId"];

    // KafkaSecurity is read when the app is built.
    private static readonly string[] Single =
    [
        OrderSettings.Topic, OrderSettings.Tables, "KafkaBrokers", "KafkaUsername", "KafkaPassword", "KafkaSslCaLocation", "KafkaSecurity",
        "KafkaMaxRequestBytes", "KafkaTokenEndpoint", "KafkaTokenClientId", "KafkaTokenClientSecret", "KafkaTokenScope",
        .. MailSettings.Names,
    ];

    /// <summary>The names that somebody reads, as they are written in the environment; of several accounts the first alone.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        .. Single, .. OfOnce.Select(name => $"{Once}__{name}"), .. OfAccount.Select(name => $"{OrderSettings.Tables}__{name}"),
        .. Groups.All.Select(group => $"{DeadLetters}__{group}__Password"),
    ];

    /// <summary>Refuses what nobody reads.</summary>
    /// <exception cref="SettingException">One is not known; the message has the nearest that is.</exception>
    public static void Refuse(IConfiguration configuration) =>
        Refuse(configuration.AsEnumerable().Where(setting => !string.IsNullOrWhiteSpace(setting.Value)).Select(setting => setting.Key));

    /// <summary>Refuses what nobody reads.</summary>
    /// <exception cref="SettingException">One is not known; the message has the nearest that is.</exception>
    public static void Refuse(IEnumerable<string> names)
    {
        if (Find(names).FirstOrDefault() is { } unknown)
        {
            throw new SettingException(unknown.Sentence);
        }
    }

    /// <summary>Finds what nobody reads. Returns those that look like ours and are none, in order of their names.</summary>
    public static IEnumerable<UnknownSetting> Find(IEnumerable<string> names) => names
        .Select(name => name.Replace(":", "__", StringComparison.Ordinal))
        .Order(StringComparer.OrdinalIgnoreCase)
        .Where(name => IsOurs(name) && !IsRead(name))
        .Select(name => new UnknownSetting(name, NearestName.Of(name, Known)));

    private static bool IsRead(string name)
    {
        var parts = name.Split("__");
        return parts switch
        {
            [var single] => Has(Single, single),
            [var section, var option] when Is(section, Once) => Has(OfOnce, option),
            [var section, var option] when Is(section, OrderSettings.Tables) => Has(OfAccount, option) || IsNumber(option),
            [var section, var number, var option] when Is(section, OrderSettings.Tables) => IsNumber(number) && Has(OfAccount, option),
            [var section, var group, var option] when Is(section, DeadLetters) => Has(Groups.All, group) && Is(option, "Password"),
            _ => false,
        };
    }

    // Ours are our sections, whatever stands below them, and what looks like one of our names.
    private static bool IsOurs(string name)
    {
        var section = name.Split("__")[0];
        return NearestName.Of(section, [Once, OrderSettings.Tables, DeadLetters], Slips) is not null
            || section.StartsWith(Once, StringComparison.OrdinalIgnoreCase)
            || OurStyle().IsMatch(section)
            || (!name.Contains('_', StringComparison.Ordinal) && NearestName.Of(name, Single, Slips) is not null);
    }

    private static bool Is(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static bool Has(IReadOnlyList<string> names, string name) => names.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool IsNumber(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    [GeneratedRegex("^(Kafka|Smtp|Mail)[A-Z][A-Za-z]*$")]
    private static partial Regex OurStyle();
}

/// <summary>A setting that looks like one of ours and that nobody reads.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Nearest">The nearest name that is read; null where none is near.</param>
internal sealed record UnknownSetting(string Name, string? Nearest)
{
    /// <summary>What is wrong, and what mends it.</summary>
    public string Sentence =>
        $"{Name} is a setting that nobody reads{(Nearest is null ? "." : $", did you mean {Nearest}?")} "
            + "Rename it, or remove it: README.md lists the settings.";
}
