using Azure;
using Azure.Core;
using Azure.Data.Tables;

namespace FunctionsConsumers.UnitTests.StandIns.Tables;

public sealed class RetryTests
{
    private static readonly TableEntity s_row = new("b000", "row");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void By_default_a_request_is_tried_three_times_more_with_growing_pauses_and_a_hundred_seconds_each()
    {
        var retry = new TableClientOptions().Retry;

        Assert.Equal((RetryMode.Exponential, 3), (retry.Mode, retry.MaxRetries));
        Assert.Equal(TimeSpan.FromSeconds(0.8), retry.Delay);
        Assert.Equal(TimeSpan.FromMinutes(1), retry.MaxDelay);
        Assert.Equal(TimeSpan.FromSeconds(100), retry.NetworkTimeout);
    }

    [Fact]
    public async Task A_request_without_any_answer_ends_as_an_aggregate_of_its_tries()
    {
        var service = new ScriptedService(Answer.Lost());

        var thrown = await Assert.ThrowsAsync<AggregateException>(() => service.Table().AddEntityAsync(s_row, Cancellation));

        Assert.Equal(4, service.Requests.Count);
        Assert.Equal(4, thrown.InnerExceptions.Count);
        Assert.All(thrown.InnerExceptions, inner => Assert.IsType<IOException>(inner));
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_passing_failure_is_tried_four_times_and_ends_as_the_last_answer(int status)
    {
        var service = new ScriptedService(Answer.Refusal(status, "ServerBusy", "The server is busy."));

        var thrown = await Assert.ThrowsAsync<RequestFailedException>(() => service.Table().AddEntityAsync(s_row, Cancellation));

        Assert.Equal((status, "ServerBusy"), (thrown.Status, thrown.ErrorCode));
        Assert.Equal(4, service.Requests.Count);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(412)]
    [InlineData(413)]
    [InlineData(501)]
    public async Task A_lasting_failure_is_not_tried_again(int status)
    {
        var service = new ScriptedService(Answer.Refusal(status, "Code", "Text."));

        var thrown = await Assert.ThrowsAsync<RequestFailedException>(() => service.Table().AddEntityAsync(s_row, Cancellation));

        Assert.Equal(status, thrown.Status);
        Assert.Single(service.Requests);
    }

    [Fact]
    public async Task An_insert_whose_answer_was_lost_is_sent_again_and_then_conflicts_with_itself()
    {
        var service = new ScriptedService(tries => tries == 0 ? Answer.Lost() : Answer.Refusal(409, "EntityAlreadyExists", "The specified entity already exists."));

        var thrown = await Assert.ThrowsAsync<RequestFailedException>(() => service.Table().AddEntityAsync(s_row, Cancellation));

        Assert.Equal(409, thrown.Status);
        Assert.Equal(2, service.Requests.Count);
    }

    [Fact]
    public async Task A_request_that_the_caller_ends_is_a_cancelled_task()
    {
        using var cancel = new CancellationTokenSource();
        var service = new ScriptedService(_ =>
        {
            cancel.Cancel();
            cancel.Token.ThrowIfCancellationRequested();
            return Answer.Of(204);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service.Table().AddEntityAsync(s_row, cancel.Token));

        Assert.Single(service.Requests);
    }

    [Fact]
    public async Task Every_try_is_signed_anew()
    {
        var service = new ScriptedService(tries => tries < 2 ? Answer.Of(503) : Answer.Of(204));

        await service.Table().AddEntityAsync(s_row, Cancellation);

        Assert.All(service.Requests, request => Assert.Equal(SharedKeyTests.ExpectedAuthorization(request, "acc", "a2V5"), request.Headers["Authorization"]));
    }
}
