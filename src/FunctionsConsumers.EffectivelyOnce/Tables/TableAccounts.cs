using System.Globalization;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>
/// The storage accounts of a setting, by default <c>Tables</c>: a connection string, or <c>Tables__serviceUri</c> with a
/// managed identity (<c>Tables__clientId</c> for a user-assigned one), or several of either as <c>Tables__0</c>,
/// <c>Tables__1__serviceUri</c> and so on. Or clients that the caller made. A bucket lives in one account; the list is
/// fixed when the tables are made.
/// </summary>
public sealed class TableAccounts
{
    /// <summary>The setting, unless the caller reads another.</summary>
    public const string DefaultSetting = "Tables";

    // The SDK's default of 100 s is longer than most deadlines; the service itself gives up a write after 30 s.
    private static readonly TimeSpan NetworkTimeout = TimeSpan.FromSeconds(15);

    internal TableAccounts(IReadOnlyList<TableServiceClient> clients, string setting = DefaultSetting)
        : this(clients.Select(client => new WatchedClient(client, null)), setting)
    {
    }

    private TableAccounts(IEnumerable<WatchedClient> watched, string setting)
    {
        List<WatchedClient> all = [.. watched];
        List<TableServiceClient> clients = [.. all.Select(one => one.Client)];
        Pulses = [.. all.Select(one => one.Pulse).OfType<AccountPulse>()];
        OurOwn = all.Where(one => one.Pulse is not null).Select(one => one.Client).ToHashSet();
        Setting = setting;
        if (clients.GroupBy(client => client.Uri).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new SettingException($"{Setting} names the account {twice.Key} twice: name each account once.");
        }

        Clients = clients;
        Names = [.. clients.Select(client => client.AccountName)];
    }

    /// <summary>The name of the setting, for what is said of the accounts.</summary>
    public string Setting { get; }

    /// <summary>One client for each account, in the order of the setting.</summary>
    public IReadOnlyList<TableServiceClient> Clients { get; }

    /// <summary>The accounts' pulses; of a client that the caller made there is none.</summary>
    internal IReadOnlyList<AccountPulse> Pulses { get; }

    /// <summary>
    /// The clients that were made here, whose pipeline has a <see cref="TransactionPolicy" />. A client that the caller made
    /// writes its transactions itself.
    /// </summary>
    internal IReadOnlySet<TableServiceClient> OurOwn { get; }

    /// <summary>The accounts' names, in the order of the setting.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Reads the setting.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="setting">The setting's name.</param>
    /// <param name="credential">The credential for accounts that are named by their address; null for the managed identity,
    /// or on a developer's machine for what <see cref="DefaultAzureCredential" /> finds.</param>
    /// <returns>The accounts; at least one.</returns>
    /// <exception cref="SettingException">The setting is missing, or one of its parts is wrong.</exception>
    public static TableAccounts FromConfiguration(
        IConfiguration configuration, string setting = DefaultSetting, TokenCredential? credential = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(setting);
        List<IConfigurationSection> several = [.. section.GetChildren()
            .Where(child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .OrderBy(child => int.Parse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture))];
        if (several.Count > 0 && (!string.IsNullOrWhiteSpace(section.Value) || !string.IsNullOrWhiteSpace(section["serviceUri"])))
        {
            throw new SettingException($"{setting} names one account, and {setting}__{several[0].Key} begins a list: "
                + "move the one into the list, or remove the list.");
        }

        return new TableAccounts((several.Count > 0 ? several : [section]).Select(account => Client(account, credential)), setting);
    }

    /// <summary>Accounts given by their connection strings.</summary>
    /// <param name="connectionStrings">At least one.</param>
    /// <returns>The accounts.</returns>
    /// <exception cref="SettingException">A connection string is malformed, or two name one account.</exception>
    public static TableAccounts FromConnectionStrings(params IReadOnlyList<string> connectionStrings) =>
        FromConnectionStrings(connectionStrings, null);

    /// <summary>Accounts whose clients differ from the usual ones, in their transport for one.</summary>
    /// <param name="connectionStrings">At least one.</param>
    /// <param name="configure">Changes the usual options.</param>
    /// <returns>The accounts.</returns>
    /// <exception cref="SettingException">A connection string is malformed, or two name one account.</exception>
    internal static TableAccounts FromConnectionStrings(IReadOnlyList<string> connectionStrings, Action<TableClientOptions>? configure) =>
        new(connectionStrings.Select(connectionString => Client(DefaultSetting, connectionString, configure)), DefaultSetting);

    private static WatchedClient Client(IConfigurationSection section, TokenCredential? credential)
    {
        var name = section.Path.Replace(":", "__", StringComparison.Ordinal);
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            return Client(name, section.Value);
        }

        var serviceUri = section["serviceUri"];
        if (string.IsNullOrWhiteSpace(serviceUri))
        {
            throw new SettingException(
                $"{name} is not set: give a connection string, or {name}__serviceUri (https://ACCOUNT.table.core.windows.net) for a "
                    + "managed identity.");
        }

        if (!Uri.TryCreate(serviceUri, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
        {
            throw new SettingException($"{name}__serviceUri is '{Secrets.Masked(serviceUri)}': it has to be an https address such as "
                + "https://ACCOUNT.table.core.windows.net.");
        }

        var pulse = new AccountPulse(uri, TimeProvider.System);
        return new WatchedClient(new TableServiceClient(uri, credential ?? Credential(section["clientId"]), Options(pulse)), pulse);
    }

    // On Azure the managed identity, and nothing else: a chain of credentials would try one after the other at each start.
    private static TokenCredential Credential(string? clientId)
    {
        if (Environment.GetEnvironmentVariable("WEBSITE_INSTANCE_ID") is null
            && Environment.GetEnvironmentVariable("IDENTITY_ENDPOINT") is null)
        {
            return new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId });
        }

        return new ManagedIdentityCredential(string.IsNullOrWhiteSpace(clientId)
            ? ManagedIdentityId.SystemAssigned
            : ManagedIdentityId.FromUserAssignedClientId(clientId));
    }

    private static WatchedClient Client(string name, string connectionString, Action<TableClientOptions>? configure = null)
    {
        try
        {
            // The address stands in the connection string, and the client is the one that reads it.
            var pulse = new AccountPulse(new TableServiceClient(connectionString).Uri, TimeProvider.System);
            var options = Options(pulse);
            configure?.Invoke(options);
            return new WatchedClient(new TableServiceClient(connectionString, options), pulse);
        }
        catch (Exception malformed) when (malformed is FormatException or InvalidOperationException or ArgumentException)
        {
            // The SDK quotes what it could not read, which may be the key: neither its words nor the exception go on.
            throw new SettingException(
                $"{name} is no connection string of a storage account: "
                    + "it has to be AccountName=…;AccountKey=…;EndpointSuffix=core.windows.net, "
                    + "or TableEndpoint=https://…;SharedAccessSignature=…, each part with its name, in quotes for a shell.");
        }
    }

    // The processor tries again by itself, with the rows read back in between; the SDK's retries only bridge short gaps.
    private static TableClientOptions Options(AccountPulse pulse)
    {
        var options = new TableClientOptions();
        options.AddPolicy(new TransactionPolicy(), HttpPipelinePosition.PerCall);
        options.AddPolicy(new PulsePolicy(pulse), HttpPipelinePosition.PerRetry);
        options.Retry.MaxRetries = 2;
        options.Retry.Delay = TimeSpan.FromMilliseconds(100);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
        options.Retry.NetworkTimeout = NetworkTimeout;
        return options;
    }

    private readonly record struct WatchedClient(TableServiceClient Client, AccountPulse? Pulse);
}
