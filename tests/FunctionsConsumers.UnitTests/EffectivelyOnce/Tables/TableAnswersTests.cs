using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Tables;

/// <summary>The table of answers: what the library makes of each, for each request that it sends.</summary>
public sealed class TableAnswersTests
{
    private static readonly IReadOnlyList<RowOperation> s_three =
    [
        RowOperation.Insert("a", new Dictionary<string, object> { ["N"] = 1 }),
        RowOperation.Merge("b", new Dictionary<string, object> { ["N"] = 2 }, "W/\"1\""),
        RowOperation.Delete("c", "W/\"1\""),
    ];

    private static readonly Dictionary<string, TableReply> s_replies = new()
    {
        ["a redirection"] = TableReplies.Refusal(302, "Moved"),
        ["400"] = TableReplies.Refusal(400, "InvalidInput"),
        ["400 without a body"] = TableReplies.Body(400, "text/html", ""),
        ["401"] = TableReplies.Refusal(401, "NoAuthenticationInformation"),
        ["403"] = TableReplies.Refusal(403, "AuthorizationPermissionMismatch"),
        ["404 of the table"] = TableReplies.Refusal(404, "TableNotFound"),
        ["404 of a row"] = TableReplies.Refusal(404, "ResourceNotFound"),
        ["404 of a proxy"] = TableReplies.Body(404, "text/html", "<html>no such page</html>"),
        ["405"] = TableReplies.Refusal(405, "UnsupportedHttpVerb"),
        ["408"] = TableReplies.Refusal(408, "RequestTimeout"),
        ["409"] = TableReplies.Refusal(409, "TableBeingDeleted"),
        ["412"] = TableReplies.Refusal(412, "UpdateConditionNotSatisfied"),
        ["413"] = TableReplies.Refusal(413, "RequestBodyTooLarge"),
        ["418"] = TableReplies.Refusal(418, "Whatever"),
        ["429"] = TableReplies.Refusal(429, "TooManyRequests"),
        ["500"] = TableReplies.Refusal(500, "InternalError"),
        ["500 of a proxy"] = TableReplies.Body(500, "text/html", "<html>oh no</html>"),
        ["501"] = TableReplies.Refusal(501, "NotImplemented"),
        ["502"] = TableReplies.Body(502, "text/html", "<html>bad gateway</html>"),
        ["503"] = TableReplies.Refusal(503, "ServerBusy"),
        ["504"] = TableReplies.Refusal(504, "OperationTimedOut"),
        ["a success of another kind"] = TableReplies.Body(204, "application/json", ""),
        ["an empty body"] = TableReplies.Success(""),
        ["an empty object"] = TableReplies.Success("{}"),
        ["a page of a proxy"] = TableReplies.Body(200, "text/html", "<html>please log in</html>"),
        ["a body cut off"] = TableReplies.Success("""{"odata.metadata":"m","value":[{"odata.etag":"W/\"1\"","PartitionKey":"b0"""),
        ["a connection that breaks in the answer"] = TableReplies.BrokenOff(),
        ["a connection refused"] = TableReplies.Throws(new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused")),
        ["a connection lost"] = TableReplies.Throws(new IOException("Connection reset by peer")),
        ["a name that is not found"] = TableReplies.Throws(
        new HttpRequestException(HttpRequestError.NameResolutionError, "Name or service not known")),
        ["a time-out"] = TableReplies.Silence(),
        ["an exception of a kind that nobody knows"] = TableReplies.Throws(new NeverSeenException()),
        ["a mistake inside the client"] = TableReplies.Throws(new KeyNotFoundException()),
        ["an argument that the client dislikes in an answer"] = TableReplies.Throws(
        new ArgumentException("an answer, not the caller's argument")),
    };

    /// <summary>What a reading comes to.</summary>
    public enum Reading
    {
        NotThere,
        Setting,
        Unavailable,
    }

    [Theory]
    [InlineData("a redirection", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("400", nameof(SubmitStatus.Refused), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("400 without a body", nameof(SubmitStatus.Refused), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("401", nameof(SubmitStatus.Misconfigured), Reading.Setting, Reading.Setting, 1)]
    [InlineData("403", nameof(SubmitStatus.Misconfigured), Reading.Setting, Reading.Setting, 1)]
    [InlineData("404 of the table", nameof(SubmitStatus.Misconfigured), Reading.Setting, Reading.Setting, 1)]
    [InlineData("404 of a row", nameof(SubmitStatus.Unknown), Reading.NotThere, Reading.Unavailable, 1)]
    [InlineData("404 of a proxy", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("405", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("408", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 3)]
    [InlineData("409", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("412", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("413", nameof(SubmitStatus.Refused), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("418", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("429", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 3)]
    [InlineData("500", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 3)]
    [InlineData("500 of a proxy", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 3)]
    [InlineData("501", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("502", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 3)]
    [InlineData("503", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 3)]
    [InlineData("504", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 3)]
    [InlineData("a success of another kind", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("an empty body", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("an empty object", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("a page of a proxy", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("a body cut off", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("a connection that breaks in the answer", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 3)]
    [InlineData("a connection refused", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 3)]
    [InlineData("a connection lost", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 3)]
    [InlineData("a name that is not found", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 3)]
    [InlineData("a time-out", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 3)]
    [InlineData("an exception of a kind that nobody knows", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("a mistake inside the client", nameof(SubmitStatus.Unknown), Reading.Unavailable, Reading.Unavailable, 1)]
    [InlineData("an argument that the client dislikes in an answer", nameof(SubmitStatus.Unknown), Reading.Unavailable,
        Reading.Unavailable, 1)]
    public async Task Every_answer_means_one_thing_for_a_transaction_a_reading_and_a_scan(
        string answer, string submit, Reading read, Reading scan, int tries)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var submitted = Service();
        using var callers = Service();
        using var asked = Service();
        using var scanned = Service();

        var result = await submitted.Store().SubmitAsync("b000", s_three, cancellation);
        var callersResult = await callers.Store(isCallers: true).SubmitAsync("b000", s_three, cancellation);
        var reading = await ReadingAsync(() => asked.Store().ReadAsync("b000", ["a"], null, cancellation));
        var scanning = await ReadingAsync(
            async () => await scanned.Store().ScanAsync("b000", "a", null, cancellation).ToListAsync(cancellation));

        Assert.Equal((submit, read, scan), (result.Status.ToString(), reading, scanning));
        Assert.Equal([tries, tries, tries], [submitted.Requests.Count, asked.Requests.Count, scanned.Requests.Count]);
        Assert.Equal((result.Status, result.Detail, tries), (callersResult.Status, callersResult.Detail, callers.Requests.Count));
        Assert.Empty(result.ETags);
        Assert.NotNull(result.Failure);
        Assert.StartsWith("Tables: ", result.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", result.Detail, StringComparison.Ordinal);

        ScriptedTables Service() => answer == "a time-out"
            ? new ScriptedTables(s_replies[answer])
            : new ScriptedTables(s_replies[answer]) { TimeoutOfATry = TimeSpan.FromMinutes(1) };
    }

    [Theory]
    [InlineData(400, "PropertyValueTooLarge", nameof(SubmitStatus.Refused))]
    [InlineData(401, "InvalidAuthenticationInfo", nameof(SubmitStatus.Misconfigured))]
    [InlineData(403, "AuthorizationFailure", nameof(SubmitStatus.Misconfigured))]
    [InlineData(404, "TableNotFound", nameof(SubmitStatus.Misconfigured))]
    [InlineData(404, "ResourceNotFound", nameof(SubmitStatus.Unknown))]
    [InlineData(409, "EntityAlreadyExists", nameof(SubmitStatus.Unknown))]
    [InlineData(412, "UpdateConditionNotSatisfied", nameof(SubmitStatus.Unknown))]
    [InlineData(413, "RequestBodyTooLarge", nameof(SubmitStatus.Refused))]
    [InlineData(429, "TooManyRequests", nameof(SubmitStatus.Unknown))]
    [InlineData(500, "InternalError", nameof(SubmitStatus.Unknown))]
    [InlineData(503, "ServerBusy", nameof(SubmitStatus.Unknown))]
    public async Task A_part_that_failed_means_the_same_at_every_index_and_is_not_tried_again_by_the_client(
        int status, string code, string expected)
    {
        for (var index = 0; index < s_three.Count; index++)
        {
            using var tables = new ScriptedTables(TableReplies.FailedPart(index, status, code));

            var result = await tables.Store().SubmitAsync("b000", s_three, TestContext.Current.CancellationToken);
            var callersResult = await tables.Store(isCallers: true).SubmitAsync("b000", s_three, TestContext.Current.CancellationToken);

            Assert.Equal((expected, 2), (result.Status.ToString(), tables.Requests.Count));
            Assert.Equal((result.Status, result.Detail), (callersResult.Status, callersResult.Detail));
            Assert.EndsWith($" at row '{s_three[index].RowKey}'", result.Detail, StringComparison.Ordinal);
        }
    }

    // The first try may have been committed, and the second may have run into it.
    [Theory]
    [InlineData("a connection lost", 409, "EntityAlreadyExists", nameof(SubmitStatus.Unknown))]
    [InlineData("a connection lost", 412, "UpdateConditionNotSatisfied", nameof(SubmitStatus.Unknown))]
    [InlineData("503", 404, "ResourceNotFound", nameof(SubmitStatus.Unknown))]
    [InlineData("a time-out", 503, "ServerBusy", nameof(SubmitStatus.Unknown))]
    [InlineData("500", 400, "InvalidInput", nameof(SubmitStatus.Refused))]
    public async Task What_the_clients_own_second_try_is_told_counts(string first, int status, string code, string expected)
    {
        using var tables = new ScriptedTables(s_replies[first], TableReplies.FailedPart(0, status, code));

        Assert.Equal(expected,
            (await tables.Store().SubmitAsync("b000", s_three, TestContext.Current.CancellationToken)).Status.ToString());
        Assert.Equal(2, tables.Requests.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_success_after_two_failures_is_a_success(bool isCallers)
    {
        using var tables = new ScriptedTables(s_replies["503"], s_replies["a connection lost"], TableReplies.Committed(3));

        var result = await tables.Store(isCallers).SubmitAsync("b000", s_three, TestContext.Current.CancellationToken);

        Assert.Equal(SubmitStatus.Committed, result.Status);
        Assert.Equal(["W/\"v0\"", "W/\"v1\"", null], result.ETags);
        Assert.Null(result.Detail);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_success_that_is_cut_off_anywhere_is_not_one(bool isCallers)
    {
        var whole = TableReplies.CommittedBody(s_three.Count);
        var lastPart = whole.LastIndexOf("ETag:", StringComparison.Ordinal);
        for (var length = 0; length < lastPart; length++)
        {
            using var tables = new ScriptedTables(TableReplies.Success(whole[..length]));

            var result = await tables.Store(isCallers).SubmitAsync("b000", s_three, TestContext.Current.CancellationToken);

            Assert.True(result.Status == SubmitStatus.Unknown, $"cut off after {length} characters: {result}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_success_of_another_number_of_operations_is_not_one(bool isCallers)
    {
        foreach (var parts in new[] { 1, 2, 4 })
        {
            using var tables = new ScriptedTables(TableReplies.Committed(parts));

            Assert.Equal(SubmitStatus.Unknown,
                (await tables.Store(isCallers).SubmitAsync("b000", s_three, TestContext.Current.CancellationToken)).Status);
        }
    }

    [Fact]
    public async Task A_success_with_a_part_that_is_none_is_not_one()
    {
        using var tables = new ScriptedTables(
            TableReplies.Parts(TableReplies.Done(0), "HTTP/1.1 503 Busy\r\n\r\n\r\n", TableReplies.Done(2)));

        Assert.Equal(SubmitStatus.Unknown,
            (await tables.Store().SubmitAsync("b000", s_three, TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task A_caller_that_gives_up_knows_nothing_of_its_transaction_and_reads_nothing()
    {
        using var tables = new ScriptedTables(TableReplies.Silence());
        using var impatience = new CancellationTokenSource();
        var store = tables.Store();
        var submit = store.SubmitAsync("b000", s_three, impatience.Token);
        var read = store.ReadAsync("b000", ["a"], null, impatience.Token);
        var scan = store.ScanAsync("b000", "a", null, impatience.Token).ToListAsync(TestContext.Current.CancellationToken).AsTask();

        await impatience.CancelAsync();

        Assert.Equal(SubmitStatus.Unknown, (await submit).Status);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scan);
    }

    [Fact]
    public async Task A_reading_that_fails_after_its_caller_gave_up_is_cancelled_whatever_the_answer()
    {
        using var impatience = new CancellationTokenSource();
        using var tables = new ScriptedTables((request, cancellation) =>
        {
            impatience.Cancel();
            return TableReplies.Refusal(403, "AuthorizationFailure")(request, cancellation);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tables.Store().ReadAsync("b000", ["a"], null, impatience.Token));
    }

    private static async Task<Reading> ReadingAsync<T>(Func<Task<T>> read)
        where T : System.Collections.IEnumerable
    {
        try
        {
            Assert.Empty(await read());
            return Reading.NotThere;
        }
        catch (SettingException failure)
        {
            Assert.StartsWith("Tables: ", failure.Message, StringComparison.Ordinal);
            return Reading.Setting;
        }
        catch (StoreUnavailableException failure)
        {
            Assert.StartsWith("Tables: ", failure.Message, StringComparison.Ordinal);
            return Reading.Unavailable;
        }
    }

    private sealed class NeverSeenException : Exception;
}
