using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers.Security;

/// <summary>
/// No protection: for a broker on this machine. Chosen at compile time by the MSBuild property KafkaSecurity, since the
/// trigger's attribute takes constants.
/// </summary>
internal static class KafkaSecurity
{
    public const BrokerProtocol Protocol = BrokerProtocol.Plaintext;
    public const BrokerAuthenticationMode Authentication = BrokerAuthenticationMode.NotSet;
    public const string? Username = null;
    public const string? Password = null;
    public const OAuthBearerMethod TokenMethod = OAuthBearerMethod.Default;
    public const string? TokenEndpoint = null;
    public const string? TokenClientId = null;
    public const string? TokenClientSecret = null;
    public const string? TokenScope = null;
}
