using FunctionsConsumers.Orders.Settings;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.LocalHost.Configuration;

/// <summary>The settings of a local run as they were settled, and from where each of them came.</summary>
internal sealed class SettledSettings(Dictionary<string, string?> settings) : ConfigurationProvider, IConfigurationSource, ISettingSources
{
    private readonly Dictionary<string, string> _sources = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Notes where settings came from; what was noted before is overruled.</summary>
    public void Note(IEnumerable<string> names, string source)
    {
        foreach (var name in names)
        {
            _sources[name.Replace("__", ":", StringComparison.Ordinal)] = source;
        }
    }

    /// <inheritdoc />
    public string? SourceOf(string name) => settings.ContainsKey(name) ? _sources.GetValueOrDefault(name) : null;

    /// <inheritdoc />
    public override void Load() => Data = settings;

    /// <inheritdoc />
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
}
