using Microsoft.AspNetCore.Http;

namespace FunctionsConsumers.LocalHost.Http;

/// <summary>
/// Who may call the local host. No key protects it, so that any page which a browser of this machine shows could try to:
/// by a name of its own that resolves to 127.0.0.1 (the header <c>Host</c> tells), or by a form or script that posts
/// (<c>Origin</c> and <c>Sec-Fetch-Site</c> tell). Programs send neither of the latter and are let in.
/// </summary>
internal static class LocalCallers
{
    private static readonly string[] Names = ["127.0.0.1", "localhost", "[::1]"];

    /// <summary>Answers what a foreign page asks with a refusal, and hands on the rest.</summary>
    public static Task OnlyAsync(HttpContext context, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (Refusal(context.Request, context.Connection.LocalPort) is not { } refusal)
        {
            return next(context);
        }

        context.Response.StatusCode = refusal.Status;
        return context.Response.WriteAsync(refusal.Reason, context.RequestAborted);
    }

    /// <summary>Why a request is refused. Null for a request that may be answered.</summary>
    internal static (int Status, string Reason)? Refusal(HttpRequest request, int port)
    {
        if (request.Host.Port != port || !Names.Contains(request.Host.Host, StringComparer.OrdinalIgnoreCase))
        {
            return (StatusCodes.Status400BadRequest, "This host answers to 127.0.0.1 and localhost alone.");
        }

        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            return null;
        }

        var own = $"{request.Scheme}://{request.Host}";
        var isForeign = request.Headers.Origin.Any(origin => !string.Equals(origin, own, StringComparison.OrdinalIgnoreCase))
            || request.Headers["Sec-Fetch-Site"].Any(site => site is not ("same-origin" or "none"));
        return isForeign ? (StatusCodes.Status403Forbidden, "A page of another site may change nothing here.") : null;
    }
}
