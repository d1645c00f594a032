using Azure.Core;
using Azure.Data.Tables;

namespace FunctionsConsumers.UnitTests.StandIns.Tables;

public sealed class TokenTests
{
    private static readonly Uri s_endpoint = new("https://acc.table.core.windows.net");
    private static readonly TableEntity s_row = new("p", "r");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string?, string> Audiences => new()
    {
        { null, "https://storage.azure.com/.default" },
        { TableAudience.AzurePublicCloud.ToString(), "https://storage.azure.com/.default" },
        { TableAudience.AzureChina.ToString(), "https://storage.azure.cn/.default" },
        { TableAudience.AzureGovernment.ToString(), "https://storage.azure.us/.default" },
        { "https://acc.table.core.windows.net", "https://acc.table.core.windows.net/.default" },
        { "https://acc.table.core.windows.net/", "https://acc.table.core.windows.net/.default" },
    };

    [Theory]
    [MemberData(nameof(Audiences))]
    public async Task The_scope_asked_for_is_that_of_the_audience(string? audience, string scope)
    {
        var service = new ScriptedService(Answer.Of(204));
        var credential = new RecordingCredential();
        var options = new TableClientOptions();
        if (audience is not null)
        {
            options.Audience = audience;
        }

        await new TableServiceClient(s_endpoint, credential, service.Options(options)).GetTableClient("billing").AddEntityAsync(s_row, Cancellation);

        Assert.Equal([scope], Assert.Single(credential.Asked).Scopes);
        Assert.Equal("Bearer token-1", Assert.Single(service.Requests).Headers["Authorization"]);
    }

    [Fact]
    public async Task Over_http_no_token_is_asked_for_and_nothing_is_sent()
    {
        var service = new ScriptedService(Answer.Of(204));
        var credential = new RecordingCredential();
        var table = new TableClient(new Uri("http://127.0.0.1:10002/acc"), "billing", credential, service.Options());

        await Assert.ThrowsAsync<InvalidOperationException>(() => table.AddEntityAsync(s_row, Cancellation));

        Assert.Empty(credential.Asked);
        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task A_challenge_that_names_a_tenant_is_answered_with_a_token_of_it_and_remembered()
    {
        var service = new ScriptedService(tries => tries == 0
            ? Answer.Of(401, "", ("WWW-Authenticate", "Bearer authorization_uri=https://login.microsoftonline.com/tenant-7/oauth2/authorize resource_id=https://storage.azure.com"))
            : Answer.Of(204));
        var credential = new RecordingCredential();
        var table = new TableServiceClient(s_endpoint, credential, service.Options(new TableClientOptions { EnableTenantDiscovery = true })).GetTableClient("billing");

        await table.AddEntityAsync(s_row, Cancellation);
        await table.AddEntityAsync(s_row, Cancellation);

        Assert.Equal("tenant-7", Assert.Single(credential.Asked).TenantId);
        Assert.DoesNotContain("Authorization", service.Requests[0].Headers.Keys);
        Assert.Equal(["Bearer token-1", "Bearer token-1"], service.Requests.Skip(1).Select(request => request.Headers["Authorization"]));
    }

    private sealed class RecordingCredential : TokenCredential
    {
        public List<TokenRequestContext> Asked { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Asked.Add(requestContext);
            return new AccessToken($"token-{Asked.Count}", DateTimeOffset.MaxValue);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
