using System.Collections.Concurrent;
using System.Globalization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Tables;

public sealed class GroupTableTests
{
    private readonly ConcurrentDictionary<string, string?> _tables = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_start_makes_and_describes_the_table_in_each_account_and_the_second_writes_nothing()
    {
        using var service = new ScriptedTables(Answer);

        await GroupTable.OpenAsync(service.Accounts("one", "two"), "billing", 16, Cancellation);
        var first = service.Requests.Count(IsInsert);
        await GroupTable.OpenAsync(service.Accounts("one", "two"), "billing", 16, Cancellation);

        Assert.Equal(["one", "two"], _tables.Keys.Select(table => table.Split('.')[0]).Order());
        Assert.All(_tables.Values, description => Assert.Equal(
            """{"PartitionKey":"meta","RowKey":"table","Group":"billing","Buckets":16,"Accounts":"one,two","SchemaVersion":2}""",
            description));
        Assert.Equal((2, 2), (first, service.Requests.Count(IsInsert)));
    }

    public static TheoryData<string, string> Others => new()
    {
        {
            """ "Group":"billing","Buckets":32,"Accounts":"one,two","SchemaVersion":2""",
            "EffectivelyOnce__Buckets is 16, but table 'billing' was made with 32: set it to 32."
        },
        {
            """ "Group":"other","Buckets":16,"Accounts":"one,two","SchemaVersion":2""",
            "Tables: table 'billing' belongs to the group 'other': use another account, or remove the table."
        },
        {
            """ "Group":"billing","Buckets":16,"Accounts":"two,one","SchemaVersion":2""",
            "Tables names the accounts 'one,two', but table 'billing' was made with 'two,one': name those, in that order."
        },
        {
            """ "Group":"billing","Buckets":16,"Accounts":"one","SchemaVersion":2""",
            "Tables names the accounts 'one,two', but table 'billing' was made with 'one': name those, in that order."
        },
        {
            """ "Group":"billing","Buckets":16,"Accounts":"one,two","SchemaVersion":7""",
            "Tables: table 'billing' has the layout 7; this build writes 2: use the build that made the table."
        },
        { """ "Group":"billing","Buckets":"16","Accounts":"one,two","SchemaVersion":2""", "gives no bucket count from 1 to 1000" },
        { """ "Group":"billing","Buckets":0,"Accounts":"one,two","SchemaVersion":2""", "gives no bucket count from 1 to 1000 (0)" },
        { """ "Group":"billing","Accounts":"one,two","SchemaVersion":2""", "gives no bucket count from 1 to 1000" },
        { """ "Group":5,"Buckets":16,"Accounts":"one,two","SchemaVersion":2""", "belongs to the group ''" },
        { """ "Other":true""", "has the layout" },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public async Task A_table_that_was_made_otherwise_is_refused_with_what_to_set(string description, string said)
    {
        using var service = new ScriptedTables(Answer);
        Describe("one", description);
        Describe("two", description);
        var accounts = service.Accounts("one", "two");

        var failure = await Assert.ThrowsAsync<SettingException>(() => GroupTable.OpenAsync(accounts, "billing", 16, Cancellation));

        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(service.Requests, IsInsert);
    }

    [Fact]
    public async Task A_table_of_the_layout_before_is_taken_over_once_in_each_account_and_an_older_build_is_refused_from_then_on()
    {
        using var service = new ScriptedTables(Answer);
        Describe("one", """ "Group":"billing","Buckets":16,"Accounts":"one,two","SchemaVersion":1""");
        Describe("two", """ "Group":"billing","Buckets":16,"Accounts":"one,two","SchemaVersion":1""");

        await GroupTable.OpenAsync(service.Accounts("one", "two"), "billing", 16, Cancellation);
        await GroupTable.OpenAsync(service.Accounts("one", "two"), "billing", 16, Cancellation);

        Assert.Equal(2, service.Requests.Count(request => request.StartsWith("PATCH ", StringComparison.Ordinal)));
        Assert.All(_tables.Values, description => Assert.EndsWith("""
            "Group":"billing","Buckets":16,"Accounts":"one,two","SchemaVersion":2}
            """, description, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tool_reads_a_table_of_the_layout_before_and_leaves_it_as_it_is()
    {
        using var service = new ScriptedTables(Answer);
        Describe("one", """ "Group":"billing","Buckets":16,"Accounts":"one","SchemaVersion":1""");

        Assert.Equal(16, (await GroupTable.FindAsync(service.Accounts("one"), "billing", Cancellation))?.Buckets);
        Assert.All(service.Requests, request => Assert.StartsWith("GET ", request, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_second_accounts_table_is_compared_too()
    {
        using var service = new ScriptedTables(Answer);
        Describe("two", """ "Group":"billing","Buckets":32,"Accounts":"one,two","SchemaVersion":2""");

        var failure = await Assert.ThrowsAsync<SettingException>(
            () => GroupTable.OpenAsync(service.Accounts("one", "two"), "billing", 16, Cancellation));

        Assert.StartsWith("EffectivelyOnce__Buckets is 16", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16, null)]
    [InlineData(32, "EffectivelyOnce__Buckets is 16")]
    public async Task Where_another_start_was_faster_its_description_counts(int buckets, string? refusal)
    {
        using var service = new ScriptedTables((request, cancellation) =>
        {
            if (request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath == "/billing")
            {
                Describe("one", string.Create(
                    CultureInfo.InvariantCulture, $""" "Group":"billing","Buckets":{buckets},"Accounts":"one","SchemaVersion":2"""));
                return TableReplies.Refusal(409, "EntityAlreadyExists")(request, cancellation);
            }

            return Answer(request, cancellation);
        });

        var failure = await Record.ExceptionAsync(() => GroupTable.OpenAsync(service.Accounts("one"), "billing", 16, Cancellation));

        Assert.StartsWith(refusal ?? "", failure?.Message ?? "", StringComparison.Ordinal);
        Assert.Equal(refusal is null, failure is null);
    }

    [Fact]
    public async Task A_description_that_is_there_and_then_is_not_is_no_answer_to_start_on()
    {
        using var service = new ScriptedTables(
            (request, cancellation) => request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath == "/billing"
            ? TableReplies.Refusal(409, "EntityAlreadyExists")(request, cancellation)
            : Answer(request, cancellation));

        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => GroupTable.OpenAsync(service.Accounts("one"), "billing", 16, Cancellation));
    }

    [Theory]
    [InlineData(403, "AuthorizationFailure", typeof(SettingException))]
    [InlineData(409, "TableBeingDeleted", typeof(StoreUnavailableException))]
    [InlineData(429, "TooManyRequests", typeof(StoreUnavailableException))]
    [InlineData(503, "ServerBusy", typeof(StoreUnavailableException))]
    public async Task An_account_that_does_not_answer_plainly_ends_the_opening_whichever_request_it_was(
        int status, string code, Type expected)
    {
        for (var plain = 0; plain < 3; plain++)
        {
            var requests = 0;
            using var service = new ScriptedTables((request, cancellation) => requests++ < plain
                ? Answer(request, cancellation)
                : TableReplies.Refusal(status, code)(request, cancellation));
            _tables.Clear();

            var failure = await Record.ExceptionAsync(() => GroupTable.OpenAsync(service.Accounts("one"), "billing", 16, Cancellation));

            Assert.True(failure?.GetType() == expected
                || (plain == 2 && status == 409 && failure is StoreUnavailableException), $"after {plain} requests: {failure}");
            Assert.StartsWith("Tables: ", failure!.Message, StringComparison.Ordinal);
            Assert.Contains("'one'", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_stop_while_it_opens_is_a_cancellation()
    {
        using var stop = new CancellationTokenSource();
        using var service = new ScriptedTables((request, cancellation) =>
        {
            stop.Cancel();
            return TableReplies.Silence()(request, cancellation);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => GroupTable.OpenAsync(service.Accounts("one"), "billing", 16, stop.Token));
    }

    [Fact]
    public async Task A_tool_makes_nothing_and_takes_the_bucket_count_from_the_table()
    {
        using var service = new ScriptedTables(Answer);
        Assert.Null(await GroupTable.FindAsync(service.Accounts("one"), "billing", Cancellation));
        _tables["one.table.core.windows.net billing"] = null;
        Assert.Null(await GroupTable.FindAsync(service.Accounts("one"), "billing", Cancellation));
        Describe("one", """ "Group":"billing","Buckets":7,"Accounts":"one","SchemaVersion":2""");

        var found = await GroupTable.FindAsync(service.Accounts("one"), "billing", Cancellation);

        Assert.Equal(7, found!.Buckets);
        Assert.All(service.Requests, request => Assert.StartsWith("GET ", request, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(""" "Group":"billing","Buckets":"7","Accounts":"one","SchemaVersion":2""")]
    [InlineData(""" "Group":"billing","Buckets":7,"Accounts":"two","SchemaVersion":2""")]
    [InlineData(""" "Group":"billing","Buckets":1001,"Accounts":"one","SchemaVersion":2""")]
    public async Task A_tool_refuses_a_table_that_it_would_read_wrongly(string description)
    {
        using var service = new ScriptedTables(Answer);
        Describe("one", description);

        await Assert.ThrowsAsync<SettingException>(() => GroupTable.FindAsync(service.Accounts("one"), "billing", Cancellation));
    }

    [Fact]
    public async Task A_shared_table_is_made_in_the_first_account_alone()
    {
        using var service = new ScriptedTables(Answer);

        await GroupTable.OpenSharedAsync(service.Accounts("one", "two"), "progress", Cancellation);

        Assert.StartsWith("POST one.table.core.windows.net /Tables", Assert.Single(service.Requests), StringComparison.Ordinal);
    }

    private static bool IsInsert(string request) => request.Contains(" /billing?", StringComparison.Ordinal);

    private void Describe(string account, string columns) =>
        _tables[$"{account}.table.core.windows.net billing"] = $$"""{"PartitionKey":"meta","RowKey":"table",{{columns}}}""";

    // Tables that are made once, with one row each, the description.
    private async Task<HttpResponseMessage> Answer(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var host = request.RequestUri!.Host;
        var path = request.RequestUri.AbsolutePath;
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        if (path == "/Tables")
        {
            var name = body.Split('"')[3];
            return await (_tables.TryAdd($"{host} {name}", null)
                ? TableReplies.Body(201, "application/json", body)
                : TableReplies.Refusal(409, "TableAlreadyExists"))(request, cancellationToken);
        }

        var key = $"{host} {path.Trim('/').Split('(')[0]}";
        if (!_tables.TryGetValue(key, out var description))
        {
            return await TableReplies.Refusal(404, "TableNotFound")(request, cancellationToken);
        }

        if (request.Method == HttpMethod.Get)
        {
            return await (description is null
                ? TableReplies.Refusal(404, "ResourceNotFound")
                : TableReplies.Body(200, "application/json",
                    description.Replace("{\"PartitionKey\"", "{\"odata.etag\":\"W/\\\"1\\\"\",\"PartitionKey\"",
                    StringComparison.Ordinal)))(request, cancellationToken);
        }

        if (request.Method == HttpMethod.Patch)
        {
            Assert.Equal("W/\"1\"", request.Headers.GetValues("If-Match").Single());
            _tables[key] = description!.Replace("\"SchemaVersion\":1",
                body.Trim('{', '}').Split(',').Single(column => column.Contains("SchemaVersion", StringComparison.Ordinal)),
                StringComparison.Ordinal);
            return await TableReplies.Body(204, "application/json", "")(request, cancellationToken);
        }

        return await (_tables.TryUpdate(key, body, null)
            ? TableReplies.Body(204, "application/json", "")
            : TableReplies.Refusal(409, "EntityAlreadyExists"))(request, cancellationToken);
    }
}
