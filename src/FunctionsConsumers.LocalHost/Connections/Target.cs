using System.Globalization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.Orders;
using FunctionsConsumers.Orders.Settings;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.LocalHost.Connections;

/// <summary>
/// Where a command finds broker, tables and topic: each by itself from its option, else from the settings, else from the
/// run file of a living process. Settings are the environment's variables, and never local.settings.json: that file names
/// the services of <c>func start</c>, and would otherwise hide the embedded ones that <c>./run</c> started in the next
/// terminal.
/// </summary>
internal sealed class Target
{
    private const string BrokersSetting = "KafkaBrokers";
    private const string TopicSetting = "OrdersTopic";

    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(15);

    private readonly IConfiguration _configuration;

    private Target(IConfiguration configuration, string topic, IReadOnlyDictionary<string, string> sources)
    {
        _configuration = configuration;
        Topic = topic;
        Sources = sources;
    }

    /// <summary>Where broker, tables and topic were named, by setting.</summary>
    public IReadOnlyDictionary<string, string> Sources { get; }

    /// <summary>The topic of the orders.</summary>
    public string Topic { get; }

    /// <summary>How long an answer of a service is waited for.</summary>
    /// <value>Default 15 s.</value>
    public TimeSpan Patience { get; private init; } = DefaultPatience;

    /// <summary>Told of each service that is talked to; null for nobody.</summary>
    public IServiceFollower? Follower { get; private init; }

    /// <summary>Whether a broker is named.</summary>
    public bool HasBrokers => _configuration[BrokersSetting] is not null;

    /// <summary>Whether tables are named.</summary>
    public bool HasTables => _configuration.GetSection(OrderSettings.Tables).Exists();

    /// <summary>The connection string of the tables; null where they are named in another way.</summary>
    public string? TablesConnectionString => _configuration[OrderSettings.Tables];

    /// <summary>
    /// Settles where things are. <paramref name="patience" /> is null for the default. <paramref name="follower" /> is null for
    /// nobody.
    /// </summary>
    public static Target Resolve(
        TargetOptions options, IReadOnlyDictionary<string, string> environment, RunFile? run, TimeSpan? patience = null,
        IServiceFollower? follower = null)
    {
        UnknownSettings.Refuse(SetIn(environment).Keys);
        return Look(options, environment, run, patience, follower);
    }

    /// <summary>
    /// Settles where things are, and judges no name: for who looks at the settings themselves. <paramref name="patience" /> is null
    /// for the default. <paramref name="follower" /> is null for nobody.
    /// </summary>
    public static Target Look(
        TargetOptions options, IReadOnlyDictionary<string, string> environment, RunFile? run, TimeSpan? patience = null,
        IServiceFollower? follower = null)
    {
        var settings = SetIn(environment);
        var services = run is null ? "default" : string.Create(CultureInfo.InvariantCulture, $"process {run.Pid} on this machine");
        var sources = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            [BrokersSetting] = Settle(settings, BrokersSetting, options.Brokers, run?.Brokers, "--brokers", services),
            [OrderSettings.Tables] = Settle(settings, OrderSettings.Tables, options.Tables, run?.Tables, "--tables", services),
            [TopicSetting] = Settle(settings, TopicSetting, options.Topic, run?.Topic ?? "order-events", "--topic", services),
        };
        return new Target(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), settings[TopicSetting]!, sources)
        {
            Patience = patience ?? DefaultPatience,
            Follower = follower,
        };
    }

    /// <summary>How to reach the broker.</summary>
    /// <exception cref="LocalHostException">None is named.</exception>
    public KafkaConnection Kafka()
    {
        var kafka = KafkaConnection.FromConfiguration(_configuration)
            ?? throw new LocalHostException("no Kafka to talk to: start ./run (or ./fc services) in another terminal, "
                + "or name one with --brokers host:port (setting KafkaBrokers)");
        Follower?.Follow(kafka, Topic);
        return kafka;
    }

    /// <summary>The accounts of the tables.</summary>
    /// <exception cref="LocalHostException">None is named.</exception>
    public TableAccounts Tables()
    {
        if (!HasTables)
        {
            throw new LocalHostException("no tables to read: start ./run (or ./fc services) in another terminal, "
                + "or name an account with --tables 'connection string' (setting OrderTables)");
        }

        var accounts = TableAccounts.FromConfiguration(_configuration, OrderSettings.Tables);
        Follower?.Follow(accounts);
        return accounts;
    }

    /// <summary>
    /// The settings of broker and tables, for a local host: they stand in place of what local.settings.json says. First those that
    /// take away what a file may hold.
    /// </summary>
    public IReadOnlyDictionary<string, string?> HostSettings()
    {
        var settings = new Dictionary<string, string?>
        {
            [BrokersSetting] = _configuration[BrokersSetting],
            [OrderSettings.Tables] = null,
        };
        foreach (var (name, value) in _configuration.GetSection(OrderSettings.Tables).AsEnumerable())
        {
            if (value is not null)
            {
                settings[name] = value;
            }
        }

        return settings;
    }

    // An empty variable is an unset one, as the Functions host takes it.
    private static Dictionary<string, string?> SetIn(IReadOnlyDictionary<string, string> environment)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in environment.Where(variable => !string.IsNullOrWhiteSpace(variable.Value)))
        {
            settings[name.Replace("__", ":", StringComparison.Ordinal)] = value;
        }

        return settings;
    }

    // An option, and the run file, stand for the whole setting: what lies below it in the environment goes with it.
    private static string Settle(
        Dictionary<string, string?> settings, string name, string? option, string? fallback, string ofOption, string ofFallback)
    {
        var below = settings.Keys.Where(
            key => key.Equals(name, StringComparison.OrdinalIgnoreCase) || key.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
            .ToList();
        if (option is null && below.Count > 0)
        {
            return "the environment";
        }

        below.ForEach(key => settings.Remove(key));
        if ((option ?? fallback) is { } value)
        {
            settings[name] = value;
        }

        return option is null ? ofFallback : ofOption;
    }
}

/// <summary>What the command line says about where things are; null for what it does not say.</summary>
internal sealed record TargetOptions(string? Brokers = null, string? Tables = null, string? Topic = null);
