using System.Collections;
using System.Text.Json;
using FunctionsConsumers.Orders;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.LocalHost.Configuration;

/// <summary>
/// The settings of a local run, as Core Tools gives them to an app: <c>Values</c> of <c>local.settings.json</c>, the
/// environment over it, the caller's options over both.
/// </summary>
internal static class LocalSettings
{
    private static readonly JsonDocumentOptions AsTheHostReads = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Reads the settings.</summary>
    /// <exception cref="LocalHostException">The file cannot be read.</exception>
    public static IConfiguration Build(LocalHostOptions options, IDictionary environment, string folder)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var sources = new SettledSettings(settings);
        ReadValues(Path.Combine(folder, "local.settings.json"), settings);
        sources.Note(settings.Keys, "local.settings.json");
        foreach (DictionaryEntry variable in environment)
        {
            Put(settings, (string)variable.Key, (string?)variable.Value);
        }

        sources.Note(environment.Keys.Cast<string>(), "the environment");
        foreach (var (name, value) in options.Settings)
        {
            Put(settings, name, value);
        }

        foreach (var name in options.Settings.Keys)
        {
            sources.Note([name], options.Sources.GetValueOrDefault(name.Split(':')[0], "the caller"));
        }


        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("KafkaBrokers", options.Brokers),
            (OrderSettings.Tables, options.Tables), (OrderSettings.Topic, options.Topic)])
        {
            Replace(settings, name, value);
            if (value is not null)
            {
                sources.Note([name], options.Sources.GetValueOrDefault(name, "the caller"));
            }
        }

        if (string.IsNullOrWhiteSpace(settings.GetValueOrDefault("OrdersTopic")))
        {
            settings["OrdersTopic"] = "order-events";
            sources.Note(["OrdersTopic"], "default");
        }

        return new ConfigurationBuilder().Add(sources).Build();
    }

    /// <summary>
    /// The port that <c>Host.LocalHttpPort</c> of <c>local.settings.json</c> gives, as Core Tools reads it.
    /// <paramref name="folder" /> is the folder of the file, which may be missing. Null if the file gives none.
    /// </summary>
    /// <exception cref="LocalHostException">The file cannot be read, or the port is none.</exception>
    public static int? HttpPort(string folder)
    {
        var path = Path.Combine(folder, "local.settings.json");
        return Read(path, root => root.TryGetProperty("Host", out var host) && host.TryGetProperty("LocalHttpPort", out var port)
            ? port.TryGetInt32(out var number) && number is >= 0 and <= 65_535
                ? number
                : throw new LocalHostException($"{path}: Host.LocalHttpPort is {port.GetRawText()}: it must be a number from 0 to 65535.")
            : (int?)null);
    }

    private static void Put(Dictionary<string, string?> settings, string name, string? value)
    {
        name = name.Replace("__", ":", StringComparison.Ordinal);
        if (value is null)
        {
            Remove(settings, name);
        }
        else
        {
            settings[name] = value;
        }
    }

    /// <summary>
    /// An option stands for the whole setting: what lies below it (an account's identity, further accounts) goes with it.
    /// </summary>
    private static void Replace(Dictionary<string, string?> settings, string name, string? value)
    {
        if (value is not null)
        {
            Remove(settings, name);
            settings[name] = value;
        }
    }

    private static void Remove(Dictionary<string, string?> settings, string name)
    {
        var below = name + ":";
        foreach (var key in settings.Keys.Where(key =>
            key.Equals(name, StringComparison.OrdinalIgnoreCase) || key.StartsWith(below, StringComparison.OrdinalIgnoreCase)).ToList())
        {
            settings.Remove(key);
        }
    }

    private static void ReadValues(string path, Dictionary<string, string?> settings) => Read<object>(path, root =>
    {
        if (root.TryGetProperty("IsEncrypted", out var encrypted) && encrypted.ValueKind == JsonValueKind.True)
        {
            throw new LocalHostException($"{path} is encrypted: decrypt it with func settings decrypt.");
        }

        if (!root.TryGetProperty("Values", out var values))
        {
            return null;
        }

        foreach (var value in values.EnumerateObject())
        {
            Put(settings, value.Name, value.Value.ValueKind switch
            {
                JsonValueKind.String => value.Value.GetString(),
                JsonValueKind.Null => null,
                JsonValueKind.Object or JsonValueKind.Array =>
                    throw new LocalHostException($"{path}: the value {value.Name} is no text; write nested settings as {value.Name}__…."),
                _ => value.Value.GetRawText(),
            });
        }

        return null;
    });

    private static T? Read<T>(string path, Func<JsonElement, T?> read)
    {
        if (!File.Exists(path))
        {
            return default;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path), AsTheHostReads);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new LocalHostException($"{path} cannot be read: {e.Message}", e);
        }
    }
}
