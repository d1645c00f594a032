using Azure.Core;
using Azure.Data.Tables;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>What code says in place of the configuration.</summary>
public sealed class EffectivelyOnceSetup
{
    internal EffectivelyOnceSetup(EffectivelyOnceOptions options) => Options = options;

    /// <summary>The options, as the configuration gave them.</summary>
    public EffectivelyOnceOptions Options { get; set; }

    /// <summary>The setting that names the storage accounts.</summary>
    /// <value>Default <c>Tables</c>.</value>
    public string TablesSetting { get; set; } = TableAccounts.DefaultSetting;

    /// <summary>
    /// Clients of the storage accounts, in place of the setting. Their names and their order are fixed when the tables are made.
    /// </summary>
    /// <value>Default none: the setting.</value>
    public IReadOnlyList<TableServiceClient> Tables { get; set; } = [];

    /// <summary>The credential for accounts that the setting names by their address.</summary>
    /// <value>Default null: the managed identity, or on a developer's machine what <c>DefaultAzureCredential</c> finds.</value>
    public TokenCredential? Credential { get; set; }

    /// <summary>What every Kafka client begins with, its bootstrap list included, in place of the settings <c>Kafka…</c>.</summary>
    /// <value>Default null: the settings.</value>
    public ClientConfig? Kafka { get; set; }

    internal KafkaConnection ConnectKafka(IConfiguration configuration) => Kafka is null
        ? KafkaConnection.FromConfiguration(configuration)
            ?? throw new SettingException("KafkaBrokers is not set: name the broker as host:port, several separated by commas.")
        : KafkaConnection.FromClientConfig(Kafka);

    internal TableAccounts ConnectTables(IConfiguration configuration) => Tables.Count == 0
        ? TableAccounts.FromConfiguration(configuration, TablesSetting, Credential)
        : new TableAccounts(Tables, TablesSetting);
}
