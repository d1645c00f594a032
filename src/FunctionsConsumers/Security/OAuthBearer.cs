using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers.Security;

/// <summary>
/// A bearer token from a token endpoint, over TLS. Chosen at compile time by the MSBuild property KafkaSecurity, since the
/// trigger's attribute takes constants.
/// </summary>
internal static class KafkaSecurity
{
    public const BrokerProtocol Protocol = BrokerProtocol.SaslSsl;
    public const BrokerAuthenticationMode Authentication = BrokerAuthenticationMode.OAuthBearer;
    public const string? Username = null;
    public const string? Password = null;
    public const OAuthBearerMethod TokenMethod = OAuthBearerMethod.Oidc;
    public const string? TokenEndpoint = "KafkaTokenEndpoint";
    public const string? TokenClientId = "KafkaTokenClientId";
    public const string? TokenClientSecret = "KafkaTokenClientSecret";
    public const string? TokenScope = "KafkaTokenScope";
}
