using System.Net.Http.Headers;
using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Extensions.Configuration;

namespace EffectivelyOnce.HttpCalls;

/// <summary>
/// Sends messages of the kind <c>http-call</c>: POSTs the payload, which is JSON, to the address of the setting
/// <c>HttpCallAddress</c>, with the message's id as <c>Idempotency-Key</c>. The id is the same for every attempt, so a
/// receiver that keeps the keys it has seen acts once, however often the call comes.
/// </summary>
public sealed class HttpCallSender : IMessageSender, IDisposable
{
    /// <summary>The kind of message.</summary>
    public const string HttpCall = "http-call";

    private readonly Uri _address;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <summary>Reads the setting.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="time">The clock that ends a call.</param>
    /// <exception cref="SettingException">No address, or one that is no http or https address.</exception>
    public HttpCallSender(IConfiguration configuration, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _address = Uri.TryCreate(configuration["HttpCallAddress"], UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new SettingException($"HttpCallAddress is '{configuration["HttpCallAddress"]}': give the address that takes the calls, such as https://host/labels.");
        _time = time;

        // A connection of its own for each call: on one that was kept, a receiver that has hung up meanwhile could not be
        // told from one that took the call and fell silent. And a redirect is an answer to look at, not to follow.
        _client = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, AllowAutoRedirect = false })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <inheritdoc />
    public string Kind => HttpCall;

    /// <summary>Left to the setting <c>EffectivelyOnce__InDoubt</c>: <c>Resend</c> for a receiver that heeds <c>Idempotency-Key</c>, <c>Park</c> for one that does not.</summary>
    public InDoubtPolicy? InDoubt => null;

    /// <inheritdoc />
    public async Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        using var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new ByteArrayContent(message.Payload) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("Idempotency-Key", message.Id);

        // The time-out given is what is left of half the lease: an answer that comes later belongs to a claim that another
        // owner may have taken over.
        using var limit = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return HttpCallOutcome.Of(response.StatusCode, _address);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new SendResult(SendStatus.Unknown, $"{_address} did not answer within {timeout.TotalSeconds:0.#} s.");
        }
        catch (HttpRequestException failure)
        {
            return HttpCallOutcome.Of(failure, _address);
        }
    }

    /// <summary>Closes the client.</summary>
    public void Dispose() => _client.Dispose();
}
