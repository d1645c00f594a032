using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers.Security;

/// <summary>
/// SASL/PLAIN over TLS: Event Hubs, Confluent Cloud, and most others. Chosen at compile time by the MSBuild property
/// KafkaSecurity, since the trigger's attribute takes constants.
/// </summary>
internal static class KafkaSecurity
{
    public const BrokerProtocol Protocol = BrokerProtocol.SaslSsl;
    public const BrokerAuthenticationMode Authentication = BrokerAuthenticationMode.Plain;
    public const string? Username = "KafkaUsername";
    public const string? Password = "KafkaPassword";
    public const OAuthBearerMethod TokenMethod = OAuthBearerMethod.Default;
    public const string? TokenEndpoint = null;
    public const string? TokenClientId = null;
    public const string? TokenClientSecret = null;
    public const string? TokenScope = null;
}
