using System.Net.Sockets;
using Azure;
using Azure.Identity;

namespace FunctionsConsumers.EffectivelyOnce.Tables;

/// <summary>
/// Tells a token service that is away, which waiting mends, from an identity that is not there. Where nothing in the failure
/// speaks of the network, of a time-out or of a service that is busy, the setting is taken to be wrong.
/// </summary>
internal static class TokenFailures
{
    /// <summary>Whether a token may be had later without anybody changing anything.</summary>
    /// <param name="failure">What the credential threw.</param>
    public static bool IsPassing(AuthenticationFailedException failure) => failure.InnerException is { } inner && IsOutage(inner);

    // A chain of credentials fails with one exception for each, and some of those look for services that are on other machines:
    // the chain as a whole found no identity.
    private static bool IsOutage(Exception failure) => failure switch
    {
        AggregateException several => several.InnerExceptions.Count == 1 && IsOutage(several.InnerExceptions[0]),
        HttpRequestException { StatusCode: { } status } => IsBusy((int)status),
        HttpRequestException or SocketException or IOException or TimeoutException or OperationCanceledException => true,
        RequestFailedException answer => answer.Status == 0 || IsBusy(answer.Status),
        Microsoft.Identity.Client.MsalServiceException { StatusCode: > 0 } answer => IsBusy(answer.StatusCode),
        _ => failure.InnerException is { } inner && IsOutage(inner),
    };

    private static bool IsBusy(int status) => status is 408 or 429 or >= 500;
}
