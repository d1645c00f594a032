using System.Globalization;
using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers;

/// <summary>
/// What the host takes from <c>host.json</c> and from its own overrides, the settings <c>AzureFunctionsJobHost__…</c>
/// (<c>AzureFunctionsJobHost__extensions__kafka__autoOffsetReset</c>): the app has to read the file as its host does.
/// </summary>
public static class HostSettings
{
    /// <summary>The section of the overrides; below it a setting has the path that it has in <c>host.json</c>.</summary>
    public const string Overrides = "AzureFunctionsJobHost";

    private const string MaxPollInterval = "extensions:kafka:maxPollIntervalMs";
    private const int DefaultMaxPollIntervalMs = 300_000;

    /// <summary>Adds <c>host.json</c> to the configuration, and the overrides that stand in it already above the file.</summary>
    /// <param name="configuration">The configuration, with the environment's variables.</param>
    /// <param name="folder">The folder of the file.</param>
    public static void AddHostJson(this IConfigurationManager configuration, string folder)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var overrides = OverridesIn(configuration);
        configuration.AddJsonFile(Path.Combine(folder, "host.json"), optional: false);
        configuration.AddInMemoryCollection(overrides.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
    }

    /// <summary>The overrides.</summary>
    /// <param name="settings">The settings.</param>
    /// <returns>Values by their path in <c>host.json</c>, whose names stand between colons, compared without case.</returns>
    public static IReadOnlyDictionary<string, string> OverridesIn(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);

        // An empty variable is an unset one, as the host takes it.
        return settings.GetSection(Overrides).AsEnumerable(makePathsRelative: true)
            .Where(setting => !string.IsNullOrWhiteSpace(setting.Value) && setting.Key.Length > 0)
            .ToDictionary(setting => setting.Key, setting => setting.Value!, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>A batch must be given up before the broker takes the instance for dead.</summary>
    /// <param name="configuration">The settings, with <c>host.json</c>.</param>
    /// <exception cref="SettingException">The deadline is too long, or one of the two is malformed.</exception>
    public static void CheckDeadline(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var text = configuration[MaxPollInterval];
        CheckDeadline(configuration, string.IsNullOrWhiteSpace(text)
            ? DefaultMaxPollIntervalMs
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                ? number
                : throw new SettingException(
                    $"extensions.kafka.maxPollIntervalMs of host.json (or its override) is '{text}': give a whole number of milliseconds, "
                    + $"300000 by default."));
    }

    /// <summary>A batch must be given up before the broker takes the instance for dead.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="maxPollIntervalMs">After how many milliseconds it does.</param>
    /// <exception cref="SettingException">The deadline is too long, or malformed.</exception>
    public static void CheckDeadline(IConfiguration configuration, int maxPollIntervalMs)
    {
        var deadline = EffectivelyOnceOptions.FromConfiguration(configuration).BatchDeadline;
        if (deadline >= TimeSpan.FromMilliseconds(maxPollIntervalMs))
        {
            throw new SettingException(string.Create(
                CultureInfo.InvariantCulture,
                $"EffectivelyOnce__BatchDeadline ({deadline.TotalSeconds:0.###} s) must stay below extensions.kafka.maxPollIntervalMs of "
                + $"host.json ({maxPollIntervalMs} ms), after which the broker evicts the host: lower the one or raise the other."));
        }
    }
}
