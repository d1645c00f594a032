using System.Net;
using System.Net.Sockets;
using Azure;
using Azure.Identity;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Tables;

public sealed class TokenFailuresTests
{
    public static TheoryData<Exception?, bool> Failures { get; } = new()
    {
        { new HttpRequestException("Connection refused", new SocketException((int)SocketError.ConnectionRefused)), true },
        { new HttpRequestException("busy", null, HttpStatusCode.ServiceUnavailable), true },
        { new RequestFailedException(0, "no route"), true },
        { new RequestFailedException(429, "too many"), true },
        { new RequestFailedException(500, "error"), true },
        { new TaskCanceledException("a time-out"), true },
        { new InvalidOperationException("while asking", new IOException("reset")), true },
        { new Microsoft.Identity.Client.MsalServiceException("service_not_available", "busy", 503), true },
        { new Microsoft.Identity.Client.MsalServiceException("invalid_client", "no such client", 401), false },
        { new RequestFailedException(400, "no such identity"), false },
        { new HttpRequestException("no", null, HttpStatusCode.BadRequest), false },
        { new AggregateException(new CredentialUnavailableException("no environment"), new TaskCanceledException("no machine identity")),
        false },
        { new InvalidOperationException("no such identity"), false },
        { null, false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_token_service_that_is_away_is_an_outage_and_an_identity_that_is_not_there_a_wrong_setting(
        Exception? inner, bool isOutage)
    {
        var failure = new AuthenticationFailedException("no token", inner);
        Assert.Equal(isOutage ? SubmitStatus.Unknown : SubmitStatus.Misconfigured, TableAnswers.StatusOf(failure));
    }
}
