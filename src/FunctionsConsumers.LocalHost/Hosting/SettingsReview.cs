using System.Globalization;
using System.Text.Json;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.LocalHost.Configuration;
using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.Orders;
using FunctionsConsumers.Orders.Mail;
using FunctionsConsumers.Orders.Settings;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.LocalHost.Hosting;

/// <summary>
/// What a local host would take if it were started now: each setting with where it was said, and everything that is wrong with
/// them at once, where a start would stop at the first. Nothing is asked of any service, and no secret leaves it.
/// </summary>
internal sealed class SettingsReview
{
    private const string Embedded = "embedded";
    private const string Hidden = "***";
    private const string KafkaOfHost = "extensions.kafka.";
    private const string ReadByTheBuild = "KafkaSecurity";
    private const string Default = "default";
    private const string Deadline = EffectivelyOnceOptions.SectionName + ":" + nameof(EffectivelyOnceOptions.BatchDeadline);

    // They go with the app's own, and decide what leaves the machine.
    private static readonly string[] OfTelemetry = [Telemetry.OtlpEndpoint, Telemetry.AzureMonitor, Telemetry.AzureMonitorIdentity];

    private readonly List<SettingProblem> _problems = [];
    private readonly IConfiguration _settings;
    private readonly IConfiguration _known;
    private readonly string _folder;

    private SettingsReview(IConfiguration settings, string folder)
    {
        (_settings, _folder) = (settings, folder);
        List<UnknownSetting> unknown = [.. UnknownSettings.Find(
            settings.AsEnumerable().Where(setting => !string.IsNullOrWhiteSpace(setting.Value)).Select(setting => setting.Key))];
        _problems.AddRange(unknown.Select(one => new SettingProblem(one.Name, one.Sentence, one.Nearest)));

        // What nobody reads is said once, and not again by whoever reads its section.
        var wrong = unknown.Select(one => one.Name.Replace("__", ":", StringComparison.Ordinal))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        _known = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.AsEnumerable().Where(setting => !wrong.Contains(setting.Key)))
            .Build();
    }

    /// <summary>Reviews the settings.</summary>
    public static SettingsReport Of(
        TargetOptions options, IReadOnlyDictionary<string, string> environment, RunFile? run, string folder)
    {
        var target = Target.Look(options, environment, run);
        var settings = LocalSettings.Build(
            new LocalHostOptions { Topic = target.Topic, Settings = target.HostSettings(), Sources = target.Sources },
            new Dictionary<string, string>(environment),
            folder);
        return new SettingsReview(settings, folder).Report();
    }

    private SettingsReport Report()
    {
        List<SettingInEffect> app = [.. App()];
        List<SettingInEffect> host = [.. Host()];
        Try("Host.LocalHttpPort", () => LocalSettings.HttpPort(_folder));
        return new SettingsReport(_folder, [.. app, .. host], _problems);
    }

    private IEnumerable<SettingInEffect> App()
    {
        // Each by itself, so that one wrong setting does not hide the next.
        foreach (var name in EffectivelyOnceOptions.Names)
        {
            var path = $"{EffectivelyOnceOptions.SectionName}:{name}";
            Try(path, () => EffectivelyOnceOptions.FromConfiguration(Only(path)));
        }

        var mail = Try(null, () => MailSettings.FromConfiguration(_known));
        var once = new EffectivelyOnceOptions();
        _ = Try(null, () => KafkaConnection.FromConfiguration(_known));
        yield return Row("KafkaBrokers", Shown("KafkaBrokers") ?? Embedded);
        yield return Row(OrderSettings.Topic, Shown(OrderSettings.Topic));
        yield return Row(OrderSettings.Tables, Tables());
        foreach (var name in UnknownSettings.Known.Except([OrderSettings.Topic, OrderSettings.Tables, "KafkaBrokers", ReadByTheBuild]))
        {
            // The accounts' addresses stand in one row above.
            if (!name.StartsWith(OrderSettings.Tables, StringComparison.Ordinal))
            {
                yield return Row(name, Shown(name) ?? ValueOf(mail, name) ?? ValueOf(once, name.Split("__")[^1]));
            }
        }

        foreach (var name in OfTelemetry)
        {
            yield return Row(name, Shown(name));
        }
    }

    private IEnumerable<SettingInEffect> Host()
    {
        if (Try("host.json", () => HostJson.Load(_folder, _settings)) is not { } file)
        {
            yield break;
        }

        if (!_problems.Exists(problem => problem.Setting == Deadline.Replace(":", "__", StringComparison.Ordinal)))
        {
            Try(null, () => { HostStartup.CheckDeadline(Only(Deadline), file); return true; });
        }

        var overrides = HostSettings.OverridesIn(_settings);
        string[] names =
            [.. typeof(KafkaHostOptions).GetProperties().Select(option => JsonNamingPolicy.CamelCase.ConvertName(option.Name))];
        _problems.AddRange(file.Unknown.Select(name => new SettingProblem(
            KafkaOfHost + name,
            $"{KafkaOfHost}{name} of host.json is an option that nobody reads"
                + (NearestName.Of(name, names) is { } meant ? $", did you mean {meant}?" : ".") + " Rename it, or remove it.",
            NearestName.Of(name, names))));
        foreach (var name in names)
        {
            var source = overrides.ContainsKey("extensions:kafka:" + name)
                ? SettingSource.Of(_settings, $"{HostSettings.Overrides}:extensions:kafka:{name}")
                : file.Given.Contains(name, StringComparer.OrdinalIgnoreCase) ? "host.json" : Default;
            yield return new SettingInEffect(KafkaOfHost + name, ValueOf(file.Kafka, name), source);
        }
    }

    // A connection string holds a key: the addresses say which accounts are meant.
    private string? Tables() => !_known.GetSection(OrderSettings.Tables).Exists()
        ? Embedded
        : Try(OrderSettings.Tables, () => TableAccounts.FromConfiguration(_known, OrderSettings.Tables)) is { } accounts
            ? string.Join(", ", accounts.Clients.Select(client => client.Uri.GetLeftPart(UriPartial.Path)))
            : Hidden;

    private IConfiguration Only(string path) =>
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(path, _known[path])]).Build();

    private SettingInEffect Row(string name, string? value) =>
        new(name, value, SettingSource.Of(_settings, name.Replace("__", ":", StringComparison.Ordinal)));

    // Null for a setting that is not set.
    private string? Shown(string name)
    {
        var text = _settings[name.Replace("__", ":", StringComparison.Ordinal)];
        return string.IsNullOrWhiteSpace(text) ? null : IsSecret(name) ? Hidden : Secrets.Masked(text.Trim());
    }

    private static bool IsSecret(string name) =>
        name.EndsWith("Password", StringComparison.OrdinalIgnoreCase) || name.EndsWith("Secret", StringComparison.OrdinalIgnoreCase)
            || name == Telemetry.AzureMonitor;

    private static string? ValueOf(object? options, string name) => options?.GetType().GetProperties()
        .FirstOrDefault(option => option.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.GetValue(options) switch
    {
        bool flag => flag ? "true" : "false",
        var value => Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null,
    };

    private T? Try<T>(string? name, Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (Exception wrong) when (wrong is SettingException or LocalHostException)
        {
            _problems.Add(new SettingProblem(name?.Replace(":", "__", StringComparison.Ordinal), Secrets.Masked(wrong.Message), null));
            return default;
        }
    }
}

/// <summary>What the settings come to.</summary>
/// <param name="Folder">The folder of <c>host.json</c> and <c>local.settings.json</c>.</param>
/// <param name="Settings">What is in effect.</param>
/// <param name="Problems">What is wrong with them.</param>
internal sealed record SettingsReport(string Folder, IReadOnlyList<SettingInEffect> Settings, IReadOnlyList<SettingProblem> Problems)
{
    /// <summary>Whether a host would start with them.</summary>
    public bool Ok => Problems.Count == 0;
}

/// <summary>A setting in effect.</summary>
/// <param name="Name">Its name, as it is written in the environment; of <c>host.json</c> the path in it.</param>
/// <param name="Value">Its value, a secret as <c>***</c>; null where it is not set and has no default.</param>
/// <param name="Source">Where it was said; <c>default</c> where nowhere.</param>
internal sealed record SettingInEffect(string Name, string? Value, string Source);

/// <summary>Something that is wrong with the settings.</summary>
/// <param name="Setting">The setting; null where several are wrong together, which the sentence names.</param>
/// <param name="Detail">What is wrong, and what mends it.</param>
/// <param name="Nearest">For a name that nobody reads, the nearest that somebody does; null for none.</param>
internal sealed record SettingProblem(string? Setting, string Detail, string? Nearest);
