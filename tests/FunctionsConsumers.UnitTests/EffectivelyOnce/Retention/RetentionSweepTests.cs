using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Retention;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Progress;
using Microsoft.Extensions.Logging.Abstractions;
using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Retention;

public sealed class RetentionSweepTests
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(14);

    private readonly MemoryTableStore _cursors = new();
    private readonly FakeLog _log = new() { LogEnd = 100 };
    private readonly ImpatientTime _time = new();

    [Fact]
    public async Task An_old_row_whose_record_is_gone_is_forgotten_and_effects_stay()
    {
        var group = new TestGroup();
        await group.ProcessAsync(Record(0, "a|1"), Record(1, "poison"));
        Sent(group);
        Pass(group, days: 15, logStart: 50);
        Assert.Equal(1, await SweepAsync(group));
        Assert.Empty(group.Rows("dead!"));
        Assert.Single(group.Rows("effect!"));
    }

    [Theory]
    [InlineData(13, 50)]
    [InlineData(15, 1)]
    public async Task A_young_row_and_one_whose_record_is_still_in_the_topic_stay(int days, long logStart)
    {
        var group = new TestGroup();
        await group.ProcessAsync(Record(1, "poison"));
        Sent(group);
        Pass(group, days, logStart);
        Assert.Equal(0, await SweepAsync(group));
        Assert.Single(group.Rows("dead!"));
    }

    [Fact]
    public async Task A_row_whose_message_is_still_in_the_outbox_stays()
    {
        var group = new TestGroup();
        await group.ProcessAsync(Record(1, "poison"));
        Pass(group, days: 15, logStart: 50);
        Assert.Equal(0, await SweepAsync(group));
    }

    [Fact]
    public async Task A_key_is_forgotten_unless_a_duplicate_prolonged_it()
    {
        var group = new TestGroup(new CountedConsumer(effectKind: null, messages: 0));
        await group.ProcessAsync(Record(0, "a|1"), Record(1, "b|1"));
        group.Time.Advance(TimeSpan.FromDays(10));
        await group.ProcessAsync(Record(2, "a|1"));
        _time.Advance(TimeSpan.FromDays(15));
        _log.LogStart = 50;
        Assert.Equal(1, await SweepAsync(group));
        Assert.Equal("key!a", Assert.Single(group.Rows("key!")).RowKey);
    }

    [Theory]
    [InlineData("a|1")]
    [InlineData("a|2")]
    public async Task A_key_stays_while_a_record_that_it_suppressed_or_ruled_out_is_still_in_the_topic(string again)
    {
        var group = new TestGroup(new CountedConsumer(effectKind: null, messages: 0));
        await group.ProcessAsync(Record(0, "a|1"));
        await group.ProcessAsync(Record(60, again));
        Sent(group);
        Pass(group, days: 15, logStart: 50);
        await SweepAsync(group);
        Assert.Single(group.Rows("key!a"));
        Pass(group, days: 15, logStart: 61);
        await SweepAsync(group);
        Assert.Empty(group.Rows("key!a"));
    }

    [Fact]
    public async Task The_logs_start_of_this_moment_does_not_count()
    {
        var group = new TestGroup(new CountedConsumer(effectKind: null, messages: 0));
        await group.ProcessAsync(Record(10, "a|1"));
        Pass(group, days: 15, logStart: 0);
        var sweep = new RetentionSweep(
            "group", group.Store, _cursors, new Buckets(1), _log, ["topic"], Retention, _time, NullLogger.Instance);
        await sweep.RunAsync(100, TestContext.Current.CancellationToken);
        _log.LogStart = 50;
        _time.Advance(RetentionSweep.LongestDelivery);
        Assert.Equal(0, await sweep.RunAsync(100, TestContext.Current.CancellationToken));
        _time.Advance(RetentionSweep.LongestDelivery);
        Assert.Equal(1, await sweep.RunAsync(100, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_row_that_changes_while_the_sweep_runs_stays()
    {
        var group = new TestGroup(new CountedConsumer(effectKind: null, messages: 0));
        await group.ProcessAsync(Record(0, "a|1"), Record(1, "b|1"));
        Pass(group, days: 15, logStart: 50);
        group.Store.Before = (_, bucket, operations) =>
        {
            group.Store.Before = null;
            var row = group.Rows("key!a")[0];
            group.Store.Inner.Submit(bucket, [RowOperation.Merge(row.RowKey, new Dictionary<string, object> { ["x"] = 1 }, row.ETag)]);
            return null;
        };
        Assert.Equal(1, await SweepAsync(group));
        Assert.Equal("key!a", Assert.Single(group.Rows("key!")).RowKey);
    }

    [Fact]
    public async Task A_sweep_that_had_enough_is_taken_up_where_it_stopped_and_keeps_its_rate()
    {
        var group = new TestGroup(new CountedConsumer(effectKind: null, messages: 0), buckets: 4);
        await group.ProcessAsync([.. Enumerable.Range(0, 40).Select(i => Record(i, $"s{i}|1"))]);
        Pass(group, days: 15, logStart: 50);
        Assert.Equal(10, await SweepAsync(group, most: 10));
        Assert.Equal(30, group.Rows("key!").Count);
        var stopped = _cursors.Rows().Single(row => row.RowKey == "retention!cursor").Text("Bucket");
        var swept = new List<string>();
        group.Store.Before = (_, bucket, _) =>
        {
            swept.Add(bucket);
            return null;
        };
        _time.Advance(RetentionSweep.LongestDelivery);
        var sweep = new RetentionSweep(
            "group", group.Store, _cursors, new Buckets(4), _log, ["topic"], Retention, _time, NullLogger.Instance);
        var before = _time.GetUtcNow();
        Assert.Equal(30, await sweep.RunAsync(1000, TestContext.Current.CancellationToken));
        Assert.Equal(stopped, swept[0]);
        Assert.Equal(TimeSpan.FromSeconds(30.0 / RetentionSweep.RowsPerSecond), _time.GetUtcNow() - before);
    }

    [Theory]
    [InlineData("id", "another")]
    [InlineData("id", null)]
    [InlineData(null, "another")]
    [InlineData(null, null)]
    public async Task The_old_logs_start_forgets_no_row_of_a_topic_made_anew(string? before, string? after)
    {
        var group = new TestGroup(new CountedConsumer(effectKind: null, messages: 0));
        (_log.TopicId, _log.LogStart) = (before, 50);
        var sweep = new RetentionSweep(
            "group", group.Store, _cursors, new Buckets(1), _log, ["topic"], Retention, _time, NullLogger.Instance);
        await sweep.RunAsync(100, TestContext.Current.CancellationToken);

        (_log.TopicId, _log.LogStart) = (after, 0);
        await group.ProcessAsync(Record(10, "a|1"));
        Pass(group, days: 15, logStart: 0);
        Assert.Equal(0, await sweep.RunAsync(100, TestContext.Current.CancellationToken));
        Assert.Single(group.Rows("key!a"));
    }

    [Fact]
    public async Task A_row_of_the_outbox_that_cannot_be_read_keeps_its_bucket_and_no_other()
    {
        var group = new TestGroup(new CountedConsumer(effectKind: null, messages: 0), buckets: 4);
        await group.ProcessAsync([.. Enumerable.Range(0, 40).Select(i => Record(i, $"s{i}|1"))]);
        var kept = group.Store.Inner.Rows("b000").Count(row => row.RowKey.StartsWith("key!", StringComparison.Ordinal));
        group.Store.Inner.Submit("b000",
            [RowOperation.Insert("outbox!x", new Dictionary<string, object> { ["Messages"] = 2, ["Payload00"] = new byte[] { 9 } })]);
        Pass(group, days: 15, logStart: 50);
        Assert.Equal(40 - kept, await SweepAsync(group));
    }

    [Fact]
    public async Task A_key_whose_sightings_cannot_be_read_stays_and_the_others_are_forgotten()
    {
        var group = new TestGroup(new CountedConsumer(effectKind: null, messages: 0));
        await group.ProcessAsync(Record(0, "a|1"), Record(1, "b|1"));
        var row = Assert.Single(group.Rows("key!a"));
        group.Store.Inner.Submit(
            row.PartitionKey, [RowOperation.Merge(row.RowKey, new Dictionary<string, object> { ["SeenAt"] = "{}" }, row.ETag)]);
        Pass(group, days: 15, logStart: 50);
        Assert.Equal(1, await SweepAsync(group));
        Assert.Single(group.Rows("key!a"));
    }

    [Fact]
    public async Task A_topic_of_thousands_of_partitions_has_its_starts_noted_as_far_as_they_fit()
    {
        var group = new TestGroup(new CountedConsumer(effectKind: null, messages: 0));
        await group.ProcessAsync(Record(0, "a|1"), Record(0, "b|1", partition: 4999));
        _log.Further.AddRange(Enumerable.Range(1, 5000).Select(partition => new PartitionPosition(partition, 1_000_000, 2_000_000, null)));
        Pass(group, days: 15, logStart: 50);
        Assert.Equal(1, await SweepAsync(group));
        Assert.Single(group.Rows("key!b"));
    }

    private static void Sent(TestGroup group)
    {
        foreach (var message in group.Rows("outbox!"))
        {
            group.Store.Inner.Submit(message.PartitionKey, [RowOperation.Delete(message.RowKey, message.ETag)]);
        }
    }

    private void Pass(TestGroup group, int days, long logStart)
    {
        group.Time.Advance(TimeSpan.FromDays(days));
        _time.Advance(TimeSpan.FromDays(days));
        _log.LogStart = logStart;
    }

    // A first round only learns where the log begins; the second may act on it.
    private async Task<int> SweepAsync(TestGroup group, int most = 1000)
    {
        var sweep = new RetentionSweep(
            "group", group.Store, _cursors, new Buckets(group.Buckets), _log, ["topic"], Retention, _time, NullLogger.Instance);
        Assert.Equal(0, await sweep.RunAsync(most, TestContext.Current.CancellationToken));
        _time.Advance(RetentionSweep.LongestDelivery);
        return await sweep.RunAsync(most, TestContext.Current.CancellationToken);
    }
}
