using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>
/// How to reach the broker, from the settings <c>KafkaBrokers</c>, <c>KafkaUsername</c>, <c>KafkaPassword</c> and
/// <c>KafkaSslCaLocation</c>. A user name means SASL/PLAIN over TLS; without one the connection is plain.
/// </summary>
/// <param name="Brokers">The bootstrap list, <c>host:port</c> separated by commas.</param>
/// <param name="Username">The SASL user name; null for none.</param>
/// <param name="Password">The SASL password; null for none.</param>
/// <param name="SslCaLocation">The certificate authority's file; null for the system's own.</param>
public sealed record KafkaConnection(string Brokers, string? Username = null, string? Password = null, string? SslCaLocation = null)
{
    private const int MetadataMaxAgeMs = 180_000;
    private const string MaxRequestBytesSetting = "KafkaMaxRequestBytes";

    /// <summary>
    /// Event Hubs closes the connection at a larger request, and does not say why: Microsoft, "Apache Kafka configurations for
    /// Azure Event Hubs clients", max.request.size.
    /// </summary>
    private const int EventHubsMaxRequestBytes = 1_046_528;

    private static readonly Between<int> MaxRequestBytesRange = new(16_384, 1_000_000_000);

    // Of the public cloud, of China and of the US government.
    private static readonly string[] EventHubsHosts = [".servicebus.windows.net", ".servicebus.chinacloudapi.cn",
        ".servicebus.usgovcloudapi.net"];

    /// <summary>
    /// Passwords that may write to one group's dead-letter topic and nothing else, by group, from the settings
    /// <c>KafkaDeadLetters__GROUP__Password</c>. If the broker gives one key for each topic, as Event Hubs does,
    /// <c>KafkaPassword</c> need not be able to write at all.
    /// </summary>
    public IReadOnlyDictionary<string, string> DeadLetterPasswords { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The largest request that the broker takes. It is for brokers that close the connection at a larger request instead of
    /// answering. A larger record is not sent, and a dead letter leaves its value out. Setting <c>KafkaMaxRequestBytes</c>.
    /// </summary>
    /// <value>16,384 to 1,000,000,000 bytes; default 1,046,528 where the first broker is an Event Hubs namespace, else null: the
    /// broker answers.</value>
    public int? MaxRequestBytes
    {
        get => field ?? (IsEventHubs(Brokers) ? EventHubsMaxRequestBytes : null);
        init;
    }

    /// <summary>
    /// A client's configuration that the caller made: what every client begins with. Its bootstrap list is <see
    /// cref="Brokers" />.
    /// </summary>
    public ClientConfig? Given { get; init; }

    /// <summary>The connection of a client's configuration that the caller made.</summary>
    /// <param name="config">The configuration, with a bootstrap list.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="SettingException">It has no bootstrap list.</exception>
    public static KafkaConnection FromClientConfig(ClientConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return string.IsNullOrWhiteSpace(config.BootstrapServers)
            ? throw new SettingException("The client configuration that was handed in names no broker: set BootstrapServers to host:port.")
            : new KafkaConnection(config.BootstrapServers) { Given = config };
    }

    /// <summary>Reads the settings.</summary>
    /// <param name="configuration">The settings.</param>
    /// <returns>The connection; null where no broker is named.</returns>
    /// <exception cref="SettingException">A user name or a password without the other, or a file that holds no certificate
    /// authority.</exception>
    public static KafkaConnection? FromConfiguration(IConfiguration configuration)
    {
        var brokers = Text(configuration["KafkaBrokers"]);
        if (brokers is null)
        {
            return null;
        }

        var username = Text(configuration["KafkaUsername"]);
        var password = Text(configuration["KafkaPassword"]);
        if (username is not null && password is null)
        {
            throw new SettingException(
                "KafkaUsername is set and KafkaPassword is not: set KafkaPassword, or remove KafkaUsername for a broker without "
                + "authentication.");
        }

        // A shell replaces an unquoted $ConnectionString, the user name of Event Hubs, by nothing.
        if (username is null && password is not null)
        {
            throw new SettingException(
                "KafkaPassword is set and KafkaUsername is not: set KafkaUsername (of Event Hubs it is the word $ConnectionString, in "
                + "single quotes for a shell), or remove KafkaPassword for a broker without authentication.");
        }

        return new KafkaConnection(brokers, username, password, Authority(Text(configuration["KafkaSslCaLocation"])))
        {
            MaxRequestBytes = Text(configuration[MaxRequestBytesSetting]) is { } text
                ? SettingReader.Number(MaxRequestBytesSetting, text, MaxRequestBytesRange)
                : null,
            DeadLetterPasswords = configuration.GetSection("KafkaDeadLetters").GetChildren()
                .Where(group => Text(group["Password"]) is not null)
                .ToDictionary(group => group.Key, group => Text(group["Password"])!, StringComparer.OrdinalIgnoreCase),
        };
    }

    /// <summary>The connection with which a group writes its dead letters.</summary>
    /// <param name="group">The group.</param>
    /// <returns>This connection, with the group's own password where it has one.</returns>
    public KafkaConnection ForDeadLetters(string group) =>
        DeadLetterPasswords.TryGetValue(group, out var password) ? this with { Password = password } : this;

    /// <summary>
    /// Puts the connection into a client's configuration. Unless the configuration, or one that the caller gave, says otherwise, idle
    /// connections are kept alive and metadata is asked anew every 180 s. Event Hubs closes a connection that is idle for 240 s
    /// (Microsoft's recommended configurations for Kafka clients).
    /// </summary>
    /// <typeparam name="TConfig">The kind of client.</typeparam>
    /// <param name="config">The configuration.</param>
    /// <returns>The same configuration.</returns>
    public TConfig Apply<TConfig>(TConfig config)
        where TConfig : ClientConfig
    {
        foreach (var (name, value) in Given ?? [])
        {
            config.Set(name, value);
        }

        config.BootstrapServers = Brokers;
        config.SocketKeepaliveEnable ??= true;
        config.MetadataMaxAgeMs ??= MetadataMaxAgeMs;
        if (Username is not null)
        {
            config.SecurityProtocol = SecurityProtocol.SaslSsl;
            config.SaslMechanism = SaslMechanism.Plain;
            config.SaslUsername = Username;
            config.SaslPassword = Password;
            config.SslCaLocation = SslCaLocation;
        }

        return config;
    }

    // librdkafka would report it when a client is made, in OpenSSL's words and without the setting's name. A folder of certificates,
    // and "probe", are left to librdkafka.
    private static string? Authority(string? location)
    {
        if (location is null or "probe" || Directory.Exists(location))
        {
            return location;
        }

        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(location);
            if (authorities.Count > 0)
            {
                return location;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new SettingException(
                $"KafkaSslCaLocation is {location}, which cannot be read ({e.Message}): name the PEM file of the certificate authority.",
                e);
        }

        throw new SettingException(
            $"KafkaSslCaLocation is {location}, which holds no certificate in PEM: name the file of the certificate authority.");
    }

    private static bool IsEventHubs(string brokers)
    {
        var first = brokers.Split(',', 2)[0].Trim();
        var host = first.AsSpan()[..(first.LastIndexOf(':') is >= 0 and var colon ? colon : first.Length)];
        foreach (var known in EventHubsHosts)
        {
            if (host.EndsWith(known, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static string? Text(string? setting) => string.IsNullOrWhiteSpace(setting) ? null : setting.Trim();
}
