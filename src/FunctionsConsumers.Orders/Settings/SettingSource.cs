using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace FunctionsConsumers.Orders.Settings;

/// <summary>Settings that know where each of them came from.</summary>
internal interface ISettingSources
{
    /// <summary>Where a setting came from. Null if it is not set.</summary>
    string? SourceOf(string name);
}

/// <summary>Finds out where a setting came from.</summary>
internal static class SettingSource
{
    /// <summary>The source of a setting, or of what stands below it. <c>default</c> where it is not set.</summary>
    public static string Of(IConfiguration configuration, string name) =>
        configuration.GetSection(name).AsEnumerable()
            .Where(setting => !string.IsNullOrWhiteSpace(setting.Value))
            .Select(setting => Find(configuration, setting.Key))
            .FirstOrDefault()
        ?? "default";

    private static string? Find(IConfiguration configuration, string name) =>
        ((configuration as IConfigurationRoot)?.Providers ?? []).Reverse()
        .Select(provider => Find(provider, name))
        .FirstOrDefault(source => source is not null);

    private static string? Find(IConfigurationProvider provider, string name) => provider switch
    {
        ISettingSources sources => sources.SourceOf(name),
        ChainedConfigurationProvider chained => Find(chained.Configuration, name),
        _ when !provider.TryGet(name, out _) => null,
        EnvironmentVariablesConfigurationProvider => "the environment",
        FileConfigurationProvider file => file.Source.Path,
        _ => "code",
    };
}
