using System.Net;
using FunctionsConsumers.EffectivelyOnce;

namespace EffectivelyOnce.HttpCalls;

/// <summary>
/// What an answer, or the lack of one, says of a call. The rule: <see cref="SendStatus.NotSent" /> and
/// <see cref="SendStatus.Refused" /> only where the receiver certainly has not acted; whatever leaves room for doubt is
/// <see cref="SendStatus.Unknown" />, and the policy decides.
/// </summary>
public static class HttpCallOutcome
{
    /// <summary>Judges an answer by its status (RFC 9110, section 15).</summary>
    /// <param name="status">The status.</param>
    /// <param name="address">The address, named in the detail.</param>
    /// <returns>The outcome.</returns>
    public static SendResult Of(HttpStatusCode status, Uri address) => (int)status switch
    {
        >= 200 and <= 299 => SendResult.Sent,

        // Not this call is refused but every one: a person mends the setting, and need not look at each message for it.
        >= 300 and <= 399 => new SendResult(SendStatus.NotSent, $"{address} answers {(int)status}, it has moved: mend HttpCallAddress."),
        401 or 403 or 404 or 405 =>
            new SendResult(SendStatus.NotSent, $"{address} answers {(int)status}: check HttpCallAddress and what it asks of its callers."),

        // The receiver says that it has not begun.
        408 or 425 or 429 or 503 => new SendResult(SendStatus.NotSent, $"{address} answers {(int)status}: it cannot take the call now."),

        // A call with this key is being worked on, perhaps an earlier attempt of ours: its outcome is what counts.
        409 => new SendResult(SendStatus.Unknown, $"{address} answers 409: it has the call and is not done with it."),
        >= 400 and <= 499 => new SendResult(SendStatus.Refused, $"{address} answers {(int)status} and will do so again."),

        // A receiver that failed half-way, or a gateway that lost it: it may have acted.
        _ => new SendResult(SendStatus.Unknown, $"{address} answers {(int)status}: it may have acted or not."),
    };

    /// <summary>Judges a call without an answer.</summary>
    /// <param name="failure">What the client threw.</param>
    /// <param name="address">The address, named in the detail.</param>
    /// <returns>Not sent where there was no connection, since each call has one of its own; else unknown.</returns>
    public static SendResult Of(HttpRequestException failure, Uri address)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError
            ? new SendResult(SendStatus.NotSent, $"{address} cannot be reached, check HttpCallAddress: {failure.Message}")
            : new SendResult(SendStatus.Unknown, $"{address} broke off: {failure.Message}");
    }
}
