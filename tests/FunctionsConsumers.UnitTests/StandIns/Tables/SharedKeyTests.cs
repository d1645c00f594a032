using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;

namespace FunctionsConsumers.UnitTests.StandIns.Tables;

public sealed class SharedKeyTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void The_expected_signature_is_a_known_one()
    {
        // Computed with: printf 'Sat, 21 Nov 2026 10:00:00 GMT\n/acc/billing' | openssl dgst -sha256 -mac HMAC -macopt key:key -binary | base64
        var request = new Sent("POST", new Uri("https://acc.table.example.net/billing?$top=1"), new Dictionary<string, string> { ["x-ms-date"] = "Sat, 21 Nov 2026 10:00:00 GMT" }, "");

        Assert.Equal("SharedKeyLite acc:sXU4Od2NsNNJKGhvUU1qz9gtjTgibTE0aYk1BTgFCj0=", ExpectedAuthorization(request, "acc", "a2V5"));
    }

    [Fact]
    public async Task A_request_is_signed_by_its_date_and_its_escaped_path()
    {
        var service = new ScriptedService(Answer.Of(204));

        await service.Table().DeleteEntityAsync("b'000", "invoice!1:2 ü", cancellationToken: Cancellation);

        var request = Assert.Single(service.Requests);
        Assert.Equal("/billing(PartitionKey='b%27%27000',RowKey='invoice%211%3A2%20%C3%BC')", request.Uri.AbsolutePath);
        Assert.Equal(ExpectedAuthorization(request, "acc", "a2V5"), request.Headers["Authorization"]);
    }

    [Fact]
    public async Task The_emulators_account_stands_twice_in_what_is_signed()
    {
        var service = new ScriptedService(Answer.Of(204));
        var table = new TableClient(new Uri("http://127.0.0.1:10002/devstoreaccount1"), "billing", new TableSharedKeyCredential("devstoreaccount1", "a2V5"), service.Options());

        await table.AddEntityAsync(new TableEntity("p", "r"), Cancellation);

        var request = Assert.Single(service.Requests);
        Assert.Equal("/devstoreaccount1/billing", request.Uri.AbsolutePath);
        Assert.Equal(ExpectedAuthorization(request, "devstoreaccount1", "a2V5"), request.Headers["Authorization"]);
    }

    [Fact]
    public async Task A_key_set_later_signs_the_requests_after_it()
    {
        var service = new ScriptedService(Answer.Of(204));
        var credential = new TableSharedKeyCredential("acc", "a2V5");
        var table = new TableServiceClient(new Uri("https://acc.table.example.net"), credential, service.Options()).GetTableClient("billing");

        await table.AddEntityAsync(new TableEntity("p", "r"), Cancellation);
        credential.SetAccountKey("b3RoZXI=");
        await table.AddEntityAsync(new TableEntity("p", "r"), Cancellation);

        Assert.Equal(ExpectedAuthorization(service.Requests[0], "acc", "a2V5"), service.Requests[0].Headers["Authorization"]);
        Assert.Equal(ExpectedAuthorization(service.Requests[1], "acc", "b3RoZXI="), service.Requests[1].Headers["Authorization"]);
    }

    [Fact]
    public void A_key_that_is_not_base_64_is_refused()
    {
        Assert.Throws<FormatException>(() => new TableSharedKeyCredential("acc", "not base 64"));
    }

    internal static string ExpectedAuthorization(Sent request, string account, string key)
    {
        var text = request.Headers["x-ms-date"] + "\n/" + account + request.Uri.AbsolutePath;
        return $"SharedKeyLite {account}:{Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(text)))}";
    }
}
