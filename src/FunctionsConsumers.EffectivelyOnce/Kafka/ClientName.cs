using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Kafka;

/// <summary>
/// The <c>client.id</c> of a consumer: host, process and function, so that the broker's log, its quotas and
/// <c>kafka-consumer-groups.sh</c> say whose a member is.
/// </summary>
internal static class ClientName
{
    /// <summary>The name of a consumer of this process.</summary>
    public static string Of(string function) => Of(Environment.MachineName, Environment.ProcessId, function);

    /// <summary>The name of a consumer.</summary>
    internal static string Of(string host, int process, string function) => string.Concat(
        string.Create(CultureInfo.InvariantCulture, $"{host}-{process}-{function}").Select(
        c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_'));
}
