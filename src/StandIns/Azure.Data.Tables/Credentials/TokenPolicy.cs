using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Data.Tables.Credentials;

/// <summary>
/// Sends a token along, and learns the tenant from the service's challenge: a 401 that names another one is answered with
/// a token of that tenant. Over http the base policy throws, so that no token goes out in the clear.
/// </summary>
internal sealed class TokenPolicy(TokenCredential credential, TableClientOptions? options)
    : BearerTokenAuthenticationPolicy(credential, ScopeOf(options))
{
    private readonly string[] _scopes = [ScopeOf(options)];
    private readonly bool _discover = options?.EnableTenantDiscovery ?? false;
    private volatile string? _tenant;

    protected override ValueTask AuthorizeRequestAsync(HttpMessage message) =>
        _discover && _tenant is null ? default : AuthenticateAndAuthorizeRequestAsync(message, Context(message));

    protected override async ValueTask<bool> AuthorizeRequestOnChallengeAsync(HttpMessage message)
    {
        if (TenantOf(message.Response) is not { } tenant)
        {
            return false;
        }

        _tenant = tenant;
        await AuthenticateAndAuthorizeRequestAsync(message, Context(message)).ConfigureAwait(false);
        return true;
    }

    private static string ScopeOf(TableClientOptions? options) => (options?.Audience ?? TableAudience.AzurePublicCloud).DefaultScope;

    // WWW-Authenticate: Bearer authorization_uri=https://login.microsoftonline.com/<tenant>/oauth2/authorize resource_id=…
    private static string? TenantOf(Response response)
    {
        const string Parameter = "authorization_uri=";
        if (!response.Headers.TryGetValue("WWW-Authenticate", out var challenge)
            || !challenge.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var start = challenge.IndexOf(Parameter, StringComparison.OrdinalIgnoreCase);
        if (start < 0)
        {
            return null;
        }

        var value = challenge.AsSpan(start + Parameter.Length).TrimStart('"');
        var end = value.IndexOfAny(" ,\"");
        return Uri.TryCreate((end < 0 ? value : value[..end]).ToString(), UriKind.Absolute, out var authority) && authority.Segments.Length > 1
            ? authority.Segments[1].TrimEnd('/')
            : null;
    }

    private TokenRequestContext Context(HttpMessage message) => new(_scopes, message.Request.ClientRequestId, tenantId: _tenant);
}
