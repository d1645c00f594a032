using FunctionsConsumers.LocalHost.Http;
using Microsoft.AspNetCore.Http;

namespace FunctionsConsumers.UnitTests.LocalHost.Http;

public sealed class LocalCallersTests
{
    [Theory]
    [InlineData("127.0.0.1:7071")]
    [InlineData("localhost:7071")]
    [InlineData("LOCALHOST:7071")]
    public void A_request_to_this_machine_by_its_own_names_is_let_in(string host)
    {
        Assert.Null(StatusOf(host, "GET"));
        Assert.Null(StatusOf(host, "POST"));
    }

    [Theory]
    [InlineData("attacker.example:7071")]
    [InlineData("127.0.0.1.attacker.example:7071")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("127.0.0.1")]
    [InlineData("")]
    public void A_request_by_any_other_name_is_refused_since_a_page_may_make_its_name_resolve_to_this_machine(string host) =>
        Assert.Equal(400, StatusOf(host, "GET"));

    [Theory]
    [InlineData("Origin", "http://attacker.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:8080")]
    [InlineData("Origin", "https://127.0.0.1:7071")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public void A_post_of_another_site_is_refused(string header, string value)
    {
        Assert.Equal(403, StatusOf("127.0.0.1:7071", "POST", (header, value)));
        Assert.Equal(403, StatusOf("127.0.0.1:7071", "DELETE", (header, value)));
        Assert.Null(StatusOf("127.0.0.1:7071", "GET", (header, value)));
    }

    [Fact]
    public void A_post_of_the_page_itself_is_let_in() =>
        Assert.Null(StatusOf("127.0.0.1:7071", "POST", ("Origin", "http://127.0.0.1:7071"), ("Sec-Fetch-Site", "same-origin")));

    private static int? StatusOf(string host, string method, params IEnumerable<(string Name, string Value)> headers)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Scheme, request.Host) = (method, "http", new HostString(host));
        foreach (var (name, value) in headers)
        {
            request.Headers[name] = value;
        }

        return LocalCallers.Refusal(request, 7071)?.Status;
    }
}
