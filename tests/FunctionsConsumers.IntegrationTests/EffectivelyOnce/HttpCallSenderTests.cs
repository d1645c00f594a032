using System.Net;
using System.Net.Sockets;
using System.Text;
using EffectivelyOnce.HttpCalls;
using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Extensions.Configuration;

namespace FunctionsConsumers.IntegrationTests.EffectivelyOnce;

/// <summary>The sender of the example with HTTP calls, against a real server.</summary>
public sealed class HttpCallSenderTests
{
    private const string Id = "0123456789abcdef0123456789abcdef";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_carries_the_payload_and_the_messages_id_as_its_idempotency_key()
    {
        await using var receiver = await CallReceiver.StartAsync();
        Assert.Equal(SendResult.Sent, await SendAsync(receiver.Address));
        Assert.Equal((Id, """application/json {"parcel":"p-1"}"""), (Assert.Single(receiver.Done).Key, receiver.Done[Id]));
    }

    [Theory]
    [InlineData(200, SendStatus.Sent)]
    [InlineData(202, SendStatus.Sent)]
    [InlineData(307, SendStatus.NotSent)]
    [InlineData(400, SendStatus.Refused)]
    [InlineData(401, SendStatus.NotSent)]
    [InlineData(404, SendStatus.NotSent)]
    [InlineData(409, SendStatus.Unknown)]
    [InlineData(422, SendStatus.Refused)]
    [InlineData(429, SendStatus.NotSent)]
    [InlineData(500, SendStatus.Unknown)]
    [InlineData(503, SendStatus.NotSent)]
    [InlineData(504, SendStatus.Unknown)]
    public async Task An_answer_means_what_its_status_says(int answer, SendStatus meaning)
    {
        await using var receiver = await CallReceiver.StartAsync();
        receiver.OnCall = (_, call) =>
        {
            call.Response.StatusCode = answer;
            call.Response.Headers.Location = receiver.Address.ToString();
            return Task.CompletedTask;
        };

        var result = await SendAsync(receiver.Address);

        Assert.Equal(meaning, result.Status);
        Assert.Equal(meaning != SendStatus.Sent,
            result.Detail?.Contains($"{receiver.Address} answers {answer}", StringComparison.Ordinal) ?? false);
        Assert.Single(receiver.Calls);
    }

    [Fact]
    public async Task A_receiver_that_takes_the_call_and_hangs_up_leaves_it_unknown_and_is_not_called_again()
    {
        await using var receiver = await CallReceiver.StartAsync();
        receiver.OnCall = (_, call) =>
        {
            call.Abort();
            return Task.CompletedTask;
        };

        var result = await SendAsync(receiver.Address);

        Assert.Equal(SendStatus.Unknown, result.Status);
        Assert.Contains("broke off", result.Detail, StringComparison.Ordinal);
        Assert.Single(receiver.Calls);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_in_time_leaves_it_unknown()
    {
        await using var receiver = await CallReceiver.StartAsync();
        var over = new TaskCompletionSource();
        receiver.OnCall = (_, call) => over.Task;

        var result = await SendAsync(receiver.Address, TimeSpan.FromSeconds(0.3));
        over.SetResult();

        Assert.Equal(SendStatus.Unknown, result.Status);
        Assert.Contains("did not answer within 0.3 s", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_may_have_arrived_is_not_made_again_where_the_receiver_has_it()
    {
        await using var receiver = await CallReceiver.StartAsync();
        await SendAsync(receiver.Address);

        Assert.Equal(SendResult.Sent, await SendAsync(receiver.Address, mayHaveBeenSent: true));
        Assert.Equal(Id, Assert.Single(receiver.Questions));
        Assert.Equal(Id, Assert.Single(receiver.Calls));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(500)]
    public async Task A_call_that_may_have_arrived_is_made_where_the_receiver_does_not_say_that_it_has_it(int answer)
    {
        await using var receiver = await CallReceiver.StartAsync();
        receiver.OnQuestion = _ => Microsoft.AspNetCore.Http.Results.StatusCode(answer);

        Assert.Equal(SendResult.Sent, await SendAsync(receiver.Address, mayHaveBeenSent: true));
        Assert.Equal(Id, Assert.Single(receiver.Questions));
        Assert.Equal(Id, Assert.Single(receiver.Calls));
    }

    [Fact]
    public async Task Where_nobody_listens_it_is_not_sent()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        var result = await SendAsync(new Uri($"http://127.0.0.1:{port}/labels"));

        Assert.Equal(SendStatus.NotSent, result.Status);
        Assert.Contains("HttpCallAddress", result.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("labels")]
    [InlineData("ftp://host/labels")]
    public void An_address_that_is_none_is_an_error_that_names_the_setting(string address)
    {
        var error = Assert.Throws<SettingException>(() => Sender(address));
        Assert.StartsWith($"HttpCallAddress is '{address}'", error.Message, StringComparison.Ordinal);
    }

    private static async Task<SendResult> SendAsync(Uri address, TimeSpan? timeout = null, bool mayHaveBeenSent = false)
    {
        using var sender = Sender(address.ToString());
        var message = new OutboxMessage(Id, HttpCallSender.HttpCall, "labels", "p-1", Encoding.UTF8.GetBytes("""{"parcel":"p-1"}"""),
            DateTimeOffset.UnixEpoch) { MayHaveBeenSent = mayHaveBeenSent };
        return await sender.SendAsync(message, timeout ?? TimeSpan.FromSeconds(30), Cancellation);
    }

    private static HttpCallSender Sender(string address) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["HttpCallAddress"] = address }).Build(),
            TimeProvider.System);
}
