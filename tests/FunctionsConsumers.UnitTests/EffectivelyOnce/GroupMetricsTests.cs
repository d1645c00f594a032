using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Outbox;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Progress;
using Microsoft.Extensions.Logging.Abstractions;
using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

public sealed class GroupMetricsTests : IDisposable
{
    private readonly Measured _measured = new();
    private readonly TestGroup _group;

    public GroupMetricsTests() => _group = new TestGroup(new CountedConsumer(group: _measured.Group));

    public void Dispose() => _measured.Dispose();

    [Fact]
    public void Every_instrument_has_its_unit() => Assert.Equal(
        [
            ("effectively_once.answers.unknown", "{answer}"),
            ("effectively_once.batch.attempts", "{attempt}"),
            ("effectively_once.gaps.healed", "{record}"),
            ("effectively_once.outbox.age", "s"),
            ("effectively_once.outbox.depth", "{message}"),
            ("effectively_once.records", "{record}"),
            ("effectively_once.transaction.rows", "{row}"),
            ("effectively_once.transactions", "{transaction}"),
            ("kafka.consumer_group.lag", "{record}"),
            ("messaging.client.consumed.messages", "{message}"),
            ("messaging.process.duration", "s"),
        ],
        _measured.Units.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => (one.Key, one.Value)));

    [Fact]
    public async Task Records_are_counted_by_their_outcome()
    {
        await _group.ProcessAsync(Record(0, "a|1"), Record(1, "b|1"), Record(2, "a|1"), Record(3, "no event"));

        Assert.Equal(["applied 2", "dead_lettered 1", "duplicate 1"],
            _measured.Of("effectively_once.records", "outcome").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_batch_has_its_records_and_its_duration_by_topic()
    {
        _group.Store.Latency = TimeSpan.FromMilliseconds(1500);
        await _group.ProcessAsync(Record(0, "a|1"), Record(1, "b|1"));

        Assert.Equal(["kafka topic 2"],
            _measured.Of("messaging.client.consumed.messages", "messaging.system", "messaging.destination.name"));
        Assert.Matches("^kafka topic [1-9]",
            Assert.Single(_measured.Of("messaging.process.duration", "messaging.system", "messaging.destination.name")));
    }

    [Fact]
    public async Task A_batch_of_several_topics_has_its_duration_once_and_without_a_topic()
    {
        var other = Record(1, "b|1");
        await _group.ProcessAsync(Record(0, "a|1"), other with { Coordinates = other.Coordinates with { Topic = "other" } });

        Assert.Equal(["other 1", "topic 1"],
            _measured.Of("messaging.client.consumed.messages", "messaging.destination.name").Order(StringComparer.Ordinal));
        Assert.StartsWith("- ", Assert.Single(_measured.Of("messaging.process.duration", "messaging.destination.name")));
    }

    [Fact]
    public async Task A_transaction_is_counted_with_its_rows()
    {
        await _group.ProcessAsync(Record(0, "a|1"));

        // The effect, which is the key, the counter, the message.
        Assert.Equal(["1"], _measured.Of("effectively_once.transactions"));
        Assert.Equal(["3"], _measured.Of("effectively_once.transaction.rows"));
        Assert.Equal(["1"], _measured.Of("effectively_once.batch.attempts"));
        Assert.Empty(_measured.Of("effectively_once.answers.unknown"));
    }

    [Fact]
    public async Task An_answer_that_tells_nothing_is_counted_and_the_batch_has_another_try()
    {
        _group.Store.Before = (number, _, _) => number == 1 ? new SubmitResult(SubmitStatus.Unknown, [], "503 ServerBusy") : null;
        await _group.ProcessAsync(Record(0, "a|1"));

        Assert.Equal(["1"], _measured.Of("effectively_once.answers.unknown"));
        Assert.Equal(["2"], _measured.Of("effectively_once.batch.attempts"));
        Assert.Equal(["1", "1"], _measured.Of("effectively_once.transactions"));
    }

    [Fact]
    public async Task A_group_has_its_lag_in_each_partition_and_what_the_gap_audit_healed()
    {
        var log = new FakeLog { LogEnd = 10 };
        log.Further.Add(new PartitionPosition(1, 5, 7, null));
        var progress = new GroupProgress(_measured.Group, new MemoryTableStore(), log, false, NullLogger.Instance);
        await progress.EnsureFloorsAsync("topic", TestContext.Current.CancellationToken);
        log.Committed = 4;
        log.Records[0] = Record(0, "a|1");
        var audit = new GapAudit(_group.Processor, progress, log, new ImpatientTime(), NullLogger.Instance);
        await audit.RunAsync("topic", TimeSpan.Zero, TestContext.Current.CancellationToken);
        _measured.Observe();

        Assert.Equal(["1"], _measured.Of("effectively_once.gaps.healed"));
        Assert.Equal(
            ["topic 0 6", "topic 1 2"],
            _measured.Of("kafka.consumer_group.lag", "messaging.destination.name", "messaging.destination.partition.id").Order(
            StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_outbox_has_its_depth_and_the_age_of_its_oldest_message_without_parked_ones()
    {
        var (time, buckets, table) = (new ImpatientTime(), new Buckets(2), new MemoryTableStore());
        Insert("one", buckets.All[0], 90, OutboxRows.Waiting);
        Insert("two", buckets.All[0], 20, OutboxRows.Waiting);
        Insert("three", buckets.All[1], 30, OutboxRows.Waiting);
        Insert("four", buckets.All[1], 900, OutboxRows.Parked);
        var sender = new TestSender("test");
        using var outbox = new GroupOutbox(
            _measured.Group, table, buckets, [sender], new EffectivelyOnceOptions(), "me", time, NullLogger.Instance);

        await outbox.SweepAsync(TestContext.Current.CancellationToken);
        _measured.Observe();
        Assert.Equal(["3"], _measured.Of("effectively_once.outbox.depth"));
        Assert.Equal(["90"], _measured.Of("effectively_once.outbox.age"));

        await outbox.SweepAsync(TestContext.Current.CancellationToken);
        _measured.Observe();
        Assert.Equal(["3", "0"], _measured.Of("effectively_once.outbox.depth"));
        Assert.Equal(["90", "0"], _measured.Of("effectively_once.outbox.age"));

        void Insert(string id, string bucket, int seconds, string state)
        {
            var created = time.GetUtcNow() - TimeSpan.FromSeconds(seconds);
            var parcel = new Parcel("test", [new OutboxMessage(id, "test", _measured.Group, id, [1], created)]);
            Assert.Equal(SubmitStatus.Committed, table.Submit(bucket, OutboxRows.Inserts(parcel, state)).Status);
        }
    }
}
