using System.Text.Json;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.LocalHost.Configuration;

/// <summary>What the local host heeds of <c>host.json</c>.</summary>
/// <param name="Kafka"><c>extensions.kafka</c>.</param>
/// <param name="LogLevels"><c>logging.logLevel</c>, by category; <c>default</c> for all others.</param>
/// <param name="RoutePrefix"><c>extensions.http.routePrefix</c>, without slashes at its ends; empty for none.</param>
/// <param name="Unknown">Options of <c>extensions.kafka</c> that no extension reads, a slip of the pen for the most part.</param>
internal sealed record HostJson(
    KafkaHostOptions Kafka, IReadOnlyDictionary<string, LogLevel> LogLevels, string RoutePrefix, IReadOnlyList<string> Unknown)
{
    private static readonly JsonDocumentOptions AsTheHostReads = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>The options of <c>extensions.kafka</c> that the file, or what stands in its place, gives.</summary>
    public IReadOnlyList<string> Given { get; init; } = [];

    /// <summary>
    /// Reads the file of a folder, and the settings that stand in place of what it says (<c>AzureFunctionsJobHost__…</c>).
    /// </summary>
    /// <exception cref="LocalHostException">It is missing, is no JSON, or holds an option out of its range.</exception>
    public static HostJson Load(string folder, IConfiguration settings)
    {
        var path = Path.Combine(folder, "host.json");
        try
        {
            return Parse(File.ReadAllText(path), path, HostSettings.OverridesIn(settings));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LocalHostException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads the file's text.</summary>
    /// <exception cref="LocalHostException">It is no JSON, or holds an option out of its range.</exception>
    public static HostJson Parse(string text, string path, IReadOnlyDictionary<string, string>? overrides = null)
    {
        try
        {
            using var document = JsonDocument.Parse(overrides is { Count: > 0 } ? Overridden(text, overrides) : text, AsTheHostReads);
            var section = Below(document.RootElement, "extensions", "kafka");
            var options = new HostJsonSection(section, option => overrides?.ContainsKey("extensions:kafka:" + option) == true
                ? $"{HostSettings.Overrides}__extensions__kafka__{option}"
                : $"{path}: extensions.kafka.{option}");
            var kafka = ReadKafka(options);
            if (kafka.MaxPollIntervalMs < kafka.SessionTimeoutMs)
            {
                throw new LocalHostException($"{path}: extensions.kafka.maxPollIntervalMs ({kafka.MaxPollIntervalMs}) is below "
                    + $"sessionTimeoutMs ({kafka.SessionTimeoutMs}): raise it.");
            }

            var http = new HostJsonSection(
                Below(document.RootElement, "extensions", "http"), option => $"{path}: extensions.http.{option}");
            var prefix = (http.Text("routePrefix") ?? "api").Trim('/');
            return new HostJson(kafka, ReadLevels(Below(document.RootElement, "logging", "logLevel"), path), prefix, options.Unread())
            {
                Given = options.Names,
            };
        }
        catch (JsonException e)
        {
            throw new LocalHostException($"{path} is no JSON: {e.Message}", e);
        }
    }

    private static string Overridden(string text, IReadOnlyDictionary<string, string> overrides)
    {
        var root = JsonNode.Parse(text, new JsonNodeOptions { PropertyNameCaseInsensitive = true }, AsTheHostReads) as JsonObject ?? [];
        try
        {
            foreach (var (setting, value) in overrides)
            {
                var names = setting.Split(':');
                var at = root;
                foreach (var name in names[..^1])
                {
                    if (at[name] is not JsonObject below)
                    {
                        at[name] = below = new JsonObject(new JsonNodeOptions { PropertyNameCaseInsensitive = true });
                    }

                    at = below;
                }

                at[names[^1]] = value;
            }
        }
        catch (ArgumentException twice)
        {
            throw new JsonException("a name stands in it twice", twice);
        }

        return root.ToJsonString();
    }

    private static KafkaHostOptions ReadKafka(HostJsonSection options)
    {
        var standard = new KafkaHostOptions();
        _ = options.Number("statisticsIntervalMs", 0, 86_400_000); // Statistics are not shown here.
        return new KafkaHostOptions
        {
            CommitOnFailure = options.Flag("commitOnFailure") ?? standard.CommitOnFailure,
            MaxRetries = options.Number("maxRetries", -1) ?? standard.MaxRetries,
            MaxBatchSize = options.Number("maxBatchSize", 1) ?? standard.MaxBatchSize,
            SubscriberIntervalInSeconds = options.Number("subscriberIntervalInSeconds", 1, 86_400) ?? standard.SubscriberIntervalInSeconds,
            ExecutorChannelCapacity = options.Number("executorChannelCapacity", 1) ?? standard.ExecutorChannelCapacity,
            ChannelFullRetryIntervalInMs = options.Number("channelFullRetryIntervalInMs", 1) ?? standard.ChannelFullRetryIntervalInMs,
            SubscriberIdleBackoffMs = options.Number("subscriberIdleBackoffMs", 0) ?? standard.SubscriberIdleBackoffMs,
            AutoCommitIntervalMs = options.Number("autoCommitIntervalMs", 0, 86_400_000) ?? standard.AutoCommitIntervalMs,
            AutoOffsetReset = options.OneOf("autoOffsetReset", AutoOffsetReset.Earliest, AutoOffsetReset.Latest)
                ?? standard.AutoOffsetReset,
            SessionTimeoutMs = options.Number("sessionTimeoutMs", 1, 3_600_000) ?? standard.SessionTimeoutMs,
            MaxPollIntervalMs = options.Number("maxPollIntervalMs", 1, 86_400_000) ?? standard.MaxPollIntervalMs,
            QueuedMinMessages = options.Number("queuedMinMessages", 1, 10_000_000) ?? standard.QueuedMinMessages,
            QueuedMaxMessagesKbytes = options.Number("queuedMaxMessagesKbytes", 1, 2_097_151) ?? standard.QueuedMaxMessagesKbytes,
            MaxPartitionFetchBytes = options.Number("maxPartitionFetchBytes", 1, 1_000_000_000),
            FetchMaxBytes = options.Number("fetchMaxBytes", 0, 2_147_483_135),
            MetadataMaxAgeMs = options.Number("metadataMaxAgeMs", 1, 86_400_000) ?? standard.MetadataMaxAgeMs,
            SocketKeepaliveEnable = options.Flag("socketKeepaliveEnable") ?? standard.SocketKeepaliveEnable,
            ReconnectBackoffMs = options.Number("reconnectBackoffMs", 0, 3_600_000),
            ReconnectBackoffMaxMs = options.Number("reconnectBackoffMaxMs", 0, 3_600_000),
            LibkafkaDebug = options.Text("libkafkaDebug"),
        };
    }

    private static Dictionary<string, LogLevel> ReadLevels(JsonElement? section, string path)
    {
        var levels = new Dictionary<string, LogLevel>(StringComparer.OrdinalIgnoreCase);
        if (section is { ValueKind: JsonValueKind.Object } element)
        {
            foreach (var level in element.EnumerateObject())
            {
                levels[level.Name] = level.Value.ValueKind == JsonValueKind.String
                    && Enum.TryParse<LogLevel>(level.Value.GetString(), ignoreCase: true, out var value)
                    ? value
                    : throw new LocalHostException($"{path}: logging.logLevel.{level.Name} is {level.Value.GetRawText()}: "
                        + $"it must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}.");
            }
        }

        return levels;
    }

    private static JsonElement? Below(JsonElement root, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (root.ValueKind != JsonValueKind.Object || HostJsonSection.Find(root, name) is not { } next)
            {
                return null;
            }

            root = next;
        }

        return root;
    }
}
