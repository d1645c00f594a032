using System.Net;
using System.Net.Http.Headers;
using FunctionsConsumers.EffectivelyOnce;
using Microsoft.Extensions.Configuration;

namespace EffectivelyOnce.HttpCalls;

/// <summary>
/// Sends messages of the kind <c>http-call</c>: POSTs the payload, which is JSON, to the address of the setting
/// <c>HttpCallAddress</c>, with the message's id as <c>Idempotency-Key</c>. The id is the same for every attempt, so a
/// receiver that keeps the keys it has seen acts once, however often the call comes. Where an earlier call may have arrived,
/// the receiver is asked first: GET of the address with the id behind it.
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
        _address = Uri.TryCreate(configuration["HttpCallAddress"], UriKind.Absolute, out var address) && address.Scheme is "http"
            or "https"
            ? address
            : throw new SettingException(
                $"HttpCallAddress is '{configuration["HttpCallAddress"]}': give the address that takes the calls, such as "
                + $"https://host/labels.");
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

    /// <summary>
    /// Left to the setting <c>EffectivelyOnce__InDoubt</c>: <c>Resend</c> for a receiver that heeds <c>Idempotency-Key</c>,
    /// <c>Park</c> for one that does not.
    /// </summary>
    public InDoubtPolicy? InDoubt => null;

    /// <inheritdoc />
    public async Task<SendResult> SendAsync(OutboxMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        // The time-out given is what is left of half the lease: an answer that comes later belongs to a claim that another
        // owner may have taken over.
        using var limit = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return message.MayHaveBeenSent && await HasAsync(message, either.Token)
                ? SendResult.Sent
                : await CallAsync(message, either.Token);
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

    // Only a plain yes is one: a receiver that cannot be asked is called again, under the same key.
    private async Task<bool> HasAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        using var question = new HttpRequestMessage(HttpMethod.Get, new Uri(_address.AbsoluteUri.TrimEnd('/') + "/" + message.Id));
        using var response = await _client.SendAsync(question, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return response.StatusCode == HttpStatusCode.OK;
    }

    private async Task<SendResult> CallAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new ByteArrayContent(message.Payload) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("Idempotency-Key", message.Id);
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return HttpCallOutcome.Of(response.StatusCode, _address);
    }

    /// <summary>Closes the client.</summary>
    public void Dispose() => _client.Dispose();
}
