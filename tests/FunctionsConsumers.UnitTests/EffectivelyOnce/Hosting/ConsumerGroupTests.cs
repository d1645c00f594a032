using System.Text.RegularExpressions;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Hosting;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Outbox;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Progress;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Hosting;

public sealed partial class ConsumerGroupTests
{
    private readonly ImpatientTime _time = new();
    private readonly FakeLog _log = new() { LogEnd = 10, Committed = 6 };

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 0)]
    public async Task Records_below_the_floor_are_passed_over_and_counted_where_the_setting_says_so(bool passesOver, int passedOver)
    {
        using var service = new ScriptedTables(Tables(isAway: false));
        using var group = Group(service, _log, new EffectivelyOnceOptions { Buckets = 1, PassOverBelowFloor = passesOver });
        var outcome = await group.ProcessAsync([.. Enumerable.Range(4, 4).Select(offset => Record(offset, $"s{offset}|1"))], Token);
        Assert.Equal((4 - passedOver, passedOver, 4), (outcome.Applied, outcome.PassedOver, outcome.Records.Count));
    }

    [Fact]
    public async Task Every_try_of_a_batch_has_what_is_left_of_the_same_deadline()
    {
        using var service = new ScriptedTables(Tables(isAway: false));
        using var group = Group(
            service, new AwayLog(), new EffectivelyOnceOptions { Buckets = 1, BatchDeadline = TimeSpan.FromSeconds(20) });
        var before = _time.GetUtcNow();
        await Assert.ThrowsAsync<BatchDeadlineException>(() => group.ProcessAsync([Record(7, "a|1")], Token));
        Assert.InRange((_time.GetUtcNow() - before).TotalSeconds, 20, 30);
    }

    [Fact]
    public async Task A_batch_whose_deadline_passes_while_the_tables_are_opened_says_so_with_the_setting_and_what_gave_no_answer()
    {
        using var service = new ScriptedTables(TableReplies.Silence());
        using var group = Group(service, _log, new EffectivelyOnceOptions { Buckets = 1, BatchDeadline = TimeSpan.FromSeconds(20) });
        var error = await Assert.ThrowsAsync<BatchDeadlineException>(() => group.ProcessAsync([Record(7, "a|1")], Token));
        Assert.Contains("(EffectivelyOnce__BatchDeadline)", error.Message, StringComparison.Ordinal);
        Assert.Contains("Last answer: Tables: table 'group'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_gives_up_while_the_tables_are_opened_is_told_of_a_cancellation()
    {
        using var caller = new CancellationTokenSource();
        using var service = new ScriptedTables((request, cancellationToken) =>
        {
            caller.Cancel();
            return TableReplies.Silence()(request, cancellationToken);
        });
        using var group = Group(service, _log, new EffectivelyOnceOptions { Buckets = 1 });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => group.ProcessAsync([Record(7, "a|1")], caller.Token));
    }

    [Fact]
    public async Task Nothing_is_noted_as_finished_before_it_is_handled()
    {
        using var service = new ScriptedTables(Tables(isAway: true));
        using var group = Group(service, _log, new EffectivelyOnceOptions { Buckets = 1, BatchDeadline = TimeSpan.FromSeconds(20) });
        await Assert.ThrowsAsync<BatchDeadlineException>(() => group.ProcessAsync([Record(7, "a|1")], Token));
        var requests = service.Requests.Count;
        await (await group.OpenAsync(Token)).Progress.FlushAsync(Token);
        Assert.Equal(requests, service.Requests.Count);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ConsumerGroup<Counted> Group(ScriptedTables service, IGroupLog log, EffectivelyOnceOptions options) => new(
        new CountedConsumer(), new ConsumedTopics(["topic"], null), new CountedDecoder(), new AccountTables(service.Accounts("acct")),
        [new TestSender("test")], new SendSlots(options), log, options, new ProcessLife(), _time,
        new ConfigurationBuilder().Build(), NullLoggerFactory.Instance);

    // The tables are there and empty but for the description, and take what they are given; the group's own may be away.
    private static TableReply Tables(bool isAway) => async (request, cancellationToken) =>
    {
        var path = Uri.UnescapeDataString(request.RequestUri!.AbsolutePath);
        if (path == "/Tables")
        {
            return await TableReplies.Refusal(409, "TableAlreadyExists")(request, cancellationToken);
        }

        if (path != "/$batch")
        {
            return await (path.Contains("'meta'", StringComparison.Ordinal)
                ? TableReplies.Row("meta", "table", ""","Group":"group","Buckets":1,"Accounts":"acct","SchemaVersion":2""")
                : TableReplies.Refusal(404, "ResourceNotFound"))(request, cancellationToken);
        }

        var body = await request.Content!.ReadAsStringAsync(cancellationToken);
        return await (isAway && !body.Contains("/progress", StringComparison.Ordinal)
            ? TableReplies.Refusal(503, "ServerBusy")
            : TableReplies.Committed(Operation().Count(body)))(request, cancellationToken);
    };

    [GeneratedRegex(@"(POST|PUT|PATCH|MERGE|DELETE) https?://\S+ HTTP/1\.1")]
    private static partial Regex Operation();

    /// <summary>A log whose broker does not answer.</summary>
    private sealed class AwayLog : IGroupLog
    {
        public Task<string?> TopicIdAsync(string topic, CancellationToken cancellationToken) =>
            throw new StoreUnavailableException("away");

        public Task<IReadOnlyList<PartitionPosition>> PositionsAsync(string topic, string group, CancellationToken cancellationToken) =>
            throw new StoreUnavailableException("away");

        public Task<LogSlice> ReadAsync(string topic, int partition, long from, long to, int most, CancellationToken cancellationToken) =>
            throw new StoreUnavailableException("away");
    }
}
