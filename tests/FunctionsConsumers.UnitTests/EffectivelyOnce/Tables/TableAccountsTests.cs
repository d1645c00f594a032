using Azure;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Tables;

public sealed class TableAccountsTests
{
    private const string One = "AccountName=one;AccountKey=a2V5";
    private const string Two = "AccountName=two;AccountKey=a2V5";

    [Fact]
    public void A_connection_string_is_one_account() => Assert.Equal(["one"], Read(("Tables", One)).Names);

    [Fact]
    public void An_address_is_one_account_with_a_managed_identity()
    {
        var accounts = Read(
            ("Tables:serviceUri", "https://one.table.core.windows.net"), ("Tables:clientId", "11111111-2222-3333-4444-555555555555"));

        Assert.Equal(["one"], accounts.Names);
        Assert.Equal("https://one.table.core.windows.net/", Assert.Single(accounts.Clients).Uri.AbsoluteUri);
    }

    [Fact]
    public void A_list_is_several_accounts_of_either_kind_in_the_order_of_their_numbers() => Assert.Equal(
        ["two", "three", "one"],
        Read(("Tables:10", One), ("Tables:2", Two), ("Tables:3:serviceUri", "https://three.table.core.windows.net")).Names);

    public static TheoryData<string, string[], string[]> Wrong => new()
    {
        { "nothing", [], ["Tables is not set", "Tables__serviceUri"] },
        { "an empty value", ["Tables", " "], ["Tables is not set"] },
        { "no connection string", ["Tables", "garbage"], ["Tables is no connection string"] },
        { "a connection string without a key", ["Tables", "AccountName=one"], ["Tables is no connection string"] },
        { "http", ["Tables:serviceUri", "http://one.table.core.windows.net"],
        ["Tables__serviceUri is 'http://one.table.core.windows.net'", "https"] },
        { "no address", ["Tables:serviceUri", "one"], ["Tables__serviceUri is 'one'", "https"] },
        { "http in a list", ["Tables:0", One, "Tables:1:serviceUri", "http://two"], ["Tables__1__serviceUri is 'http://two'"] },
        { "a client id alone", ["Tables:0:clientId", "x"], ["Tables__0 is not set", "Tables__0__serviceUri"] },
        { "no connection string in a list", ["Tables:0", One, "Tables:1", "garbage"], ["Tables__1 is no connection string"] },
        { "an account twice", ["Tables:0", One, "Tables:1", One], ["names the account https://one.table.core.windows.net/ twice"] },
        { "an account by its key and by its address", ["Tables:0", One, "Tables:1:serviceUri", "https://ONE.table.core.windows.net"],
        ["twice"] },
        { "one account and a list", ["Tables", One, "Tables:0", Two], ["Tables names one account", "Tables__0"] },
        { "one address and a list", ["Tables:serviceUri", "https://one.table.core.windows.net", "Tables:0", Two],
        ["Tables names one account"] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_setting_is_named_with_its_fix(string what, string[] settings, string[] said)
    {
        var failure = Assert.Throws<SettingException>(() => Read([.. settings.Chunk(2).Select(pair => (pair[0], pair[1]))]));
        Assert.All(said, part => Assert.True(failure.Message.Contains(part, StringComparison.Ordinal), $"{what}: {failure.Message}"));
    }

    [Fact]
    public void A_wrong_connection_string_does_not_stand_in_the_error()
    {
        var failure = Assert.Throws<SettingException>(() => Read(("Tables", "AccountName=one;AccountKey=not base 64!")));
        Assert.DoesNotContain("not base 64!", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_connection_strings_of_one_account_are_refused() =>
        Assert.Throws<SettingException>(() => TableAccounts.FromConnectionStrings(One, One + ";EndpointSuffix=core.windows.net"));

    [Fact]
    public async Task An_identity_without_a_token_is_a_wrong_setting_and_nothing_is_sent()
    {
        using var tables = new ScriptedTables(TableReplies.Committed(1));
        var store = AzureTableStore.OverAll(WithToken(tables, "https://one.table.core.windows.net"), "billing");

        var result = await store.SubmitAsync("b000", [RowOperation.Delete("a", "*")], TestContext.Current.CancellationToken);
        var read = await Assert.ThrowsAsync<SettingException>(
            () => store.ReadAsync("b000", ["a"], null, TestContext.Current.CancellationToken));

        Assert.Equal(SubmitStatus.Misconfigured, result.Status);
        Assert.Equal("Tables: the storage account 'one' was not asked, there is no token for it: check the identity and Tables__clientId: "
            + "no identity here", result.Detail);
        Assert.Equal(result.Detail, read.Message);
        Assert.Empty(tables.Requests);
    }

    // The setting refuses http. Clients that are handed in are refused by the client itself, with every request.
    [Fact]
    public async Task A_token_is_never_sent_over_http()
    {
        using var tables = new ScriptedTables(TableReplies.Committed(1));
        var store = AzureTableStore.OverAll(WithToken(tables, "http://one.table.core.windows.net"), "billing");

        var result = await store.SubmitAsync("b000", [RowOperation.Delete("a", "*")], TestContext.Current.CancellationToken);

        Assert.Equal(SubmitStatus.Unknown, result.Status);
        Assert.Contains("https", result.Detail, StringComparison.Ordinal);
        Assert.Empty(tables.Requests);
    }

    private static TableAccounts Read(params (string Key, string Value)[] settings) => TableAccounts.FromConfiguration(
        new ConfigurationBuilder().AddInMemoryCollection(
        settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value)).Build());

    private static TableAccounts WithToken(ScriptedTables tables, string address)
    {
        var options = new TableClientOptions();
        tables.Configure(options);
        return new TableAccounts([new TableServiceClient(new Uri(address), new NoIdentity(), options)]);
    }

    private sealed class NoIdentity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new CredentialUnavailableException("no identity here");

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new CredentialUnavailableException("no identity here");
    }
}
