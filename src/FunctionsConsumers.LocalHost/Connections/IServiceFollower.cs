using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.LocalHost.Connections;

/// <summary>Follows whether the services answer that a command talks to.</summary>
internal interface IServiceFollower
{
    /// <summary>A broker is talked to.</summary>
    void Follow(KafkaConnection kafka, string topic);

    /// <summary>Tables are talked to.</summary>
    void Follow(TableAccounts accounts);
}
