using Azure.Data.Tables;

namespace FunctionsConsumers.UnitTests.StandIns.Tables;

public sealed class ConnectionStringTests
{
    [Theory]
    [InlineData("UseDevelopmentStorage=true", "devstoreaccount1", "http://127.0.0.1:10002/devstoreaccount1")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=a2V5;EndpointSuffix=core.windows.net", "acc", "https://acc.table.core.windows.net/")]
    [InlineData("AccountName=acc;AccountKey=a2V5", "acc", "https://acc.table.core.windows.net/")]
    [InlineData("accountname=acc;accountkey=a2V5;endpointsuffix=example.net", "acc", "https://acc.table.example.net/")]
    [InlineData(" AccountName = acc ; AccountKey=a2V5; EndpointSuffix=example.net ;", "acc", "https://acc.table.example.net/")]
    [InlineData("DefaultEndpointsProtocol=http;AccountName=acc;AccountKey=a2V5;EndpointSuffix=example.net;BlobEndpoint=https://b.example.net", "acc", "http://acc.table.example.net/")]
    [InlineData("DefaultEndpointsProtocol=http;AccountName=acc;AccountKey=a2V5==;TableEndpoint=http://127.0.0.1:10002/acc;", "acc", "http://127.0.0.1:10002/acc")]
    [InlineData("AccountName=acc;AccountKey=a2V5;TableEndpoint=https://tables.example.net/", "acc", "https://tables.example.net/")]
    [InlineData("TableEndpoint=https://acc.table.core.windows.net/;SharedAccessSignature=sv=2020&sig=abc", "acc", "https://acc.table.core.windows.net/")]
    [InlineData("AccountName=acc;SharedAccessSignature=sv=2020&sig=abc", "acc", "https://acc.table.core.windows.net/")]
    public void A_connection_string_names_account_and_address(string text, string account, string address)
    {
        // "a2V5==" is not base 64; it stands for a key that ends with equals signs, which belong to the value.
        var client = new TableServiceClient(text.Replace("a2V5==", "a2V5MQ==", StringComparison.Ordinal));

        Assert.Equal(account, client.AccountName);
        Assert.Equal(address, client.Uri.AbsoluteUri);
        Assert.Equal(address.TrimEnd('/') + "/billing", client.GetTableClient("billing").Uri.AbsoluteUri);
    }

    [Fact]
    public void The_emulator_may_be_behind_a_proxy()
    {
        var client = new TableServiceClient("UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://azurite:81");

        Assert.Equal(("devstoreaccount1", "http://azurite:10002/devstoreaccount1"), (client.AccountName, client.Uri.AbsoluteUri));
    }

    [Theory]
    [InlineData("garbage", "Connection string doesn't have value for keyword 'garbage'.")]
    [InlineData("AccountName=acc;;AccountKey=a2V5", "Connection string contains two following separators ';'.")]
    [InlineData("AccountName=;AccountKey=a2V5", "Connection string has keyword 'AccountName' with empty value.")]
    [InlineData("AccountName=acc;AccountName=acc;AccountKey=a2V5", "Duplicated keyword 'AccountName'")]
    public void A_text_that_is_no_list_of_keywords_is_refused(string text, string message)
    {
        Assert.Equal(message, Assert.Throws<InvalidOperationException>(() => new TableServiceClient(text)).Message);
    }

    [Theory]
    [InlineData("Account=acc")]
    [InlineData("AccountName=acc")]
    [InlineData("TableEndpoint=https://acc.table.core.windows.net/")]
    [InlineData("UseDevelopmentStorage=false")]
    [InlineData("UseDevelopmentStorage=True")]
    [InlineData("")]
    public void Keywords_that_name_no_account_are_refused(string text)
    {
        Assert.Throws<ArgumentException>(() => new TableServiceClient(text));
    }

    [Fact]
    public async Task A_shared_access_signature_goes_along_with_every_request_and_takes_the_place_of_a_signature()
    {
        var service = new ScriptedService(Answer.Of(204));
        var client = new TableServiceClient("TableEndpoint=https://acc.table.core.windows.net/;SharedAccessSignature=sv=2020&sig=a%2Bc", service.Options());

        await client.DeleteTableAsync("billing", TestContext.Current.CancellationToken);
        await client.GetTableClient("billing").DeleteEntityAsync("p", "r", cancellationToken: TestContext.Current.CancellationToken);

        Assert.All(service.Requests, request => Assert.DoesNotContain("Authorization", request.Headers.Keys));
        Assert.All(service.Requests, request => Assert.Superset(new HashSet<string> { "sv=2020", "sig=a%2Bc" }, request.Uri.Query.TrimStart('?').Split('&').ToHashSet()));
    }

    [Theory]
    [InlineData("https://acc.table.core.windows.net", "acc")]
    [InlineData("https://acc.table.core.windows.net/", "acc")]
    [InlineData("http://127.0.0.1:10002/devstoreaccount1", "devstoreaccount1")]
    [InlineData("http://localhost:10002/devstoreaccount1/", "devstoreaccount1")]
    public void An_address_names_its_account_in_the_host_or_on_the_emulator_in_the_path(string address, string account)
    {
        var credential = new TableSharedKeyCredential("any", "a2V5");

        Assert.Equal(account, new TableServiceClient(new Uri(address), credential).AccountName);
        Assert.Equal(account, new TableClient(new Uri(address), "billing", credential).AccountName);
        Assert.Equal("billing", new TableClient(new Uri(address), "billing", credential).Name);
    }
}
