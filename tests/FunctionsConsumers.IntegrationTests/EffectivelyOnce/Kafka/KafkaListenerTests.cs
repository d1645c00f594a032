using System.Diagnostics;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Kafka;
using FunctionsConsumers.IntegrationTests.LocalHost;

namespace FunctionsConsumers.IntegrationTests.EffectivelyOnce.Kafka;

public sealed class KafkaListenerTests
{
    private readonly RecordingHandler _function = new();

    [Fact]
    public async Task Every_record_is_given_once_in_its_partitions_order_and_committed()
    {
        await using var harness = new ListenerHarness(partitions: 3);
        harness.Produce(0, 100);
        harness.Listen(ListenerHarness.Options, _function.Run);
        await Eventually.TrueAsync(() => harness.Committed() == 100, "100 records committed");
        var given = _function.Batches.SelectMany(batch => batch).ToList();
        Assert.Equal(Enumerable.Range(0, 100), given.Order());
        foreach (var partition in Enumerable.Range(0, 3))
        {
            Assert.Equal(Enumerable.Range(0, 100).Where(number => number % 3 == partition),
                given.Where(number => number % 3 == partition));
        }

        Assert.All(_function.Batches, batch => Assert.InRange(batch.Length, 1, 10));
    }

    [Fact]
    public async Task A_full_batch_does_not_wait_for_the_window_and_a_partial_one_does()
    {
        await using var harness = new ListenerHarness(partitions: 1);
        harness.Produce(0, 25);
        harness.Listen(ListenerHarness.Options with { BatchWindow = TimeSpan.FromSeconds(2) }, _function.Run);
        await Eventually.TrueAsync(() => _function.Count == 25, "25 records");
        Assert.Equal([10, 10, 5], _function.Batches.Select(batch => batch.Length));
    }

    [Fact]
    public async Task A_failed_batch_is_given_again_and_nothing_is_committed_or_given_before_it_succeeds()
    {
        await using var harness = new ListenerHarness(partitions: 1);
        harness.Produce(0, 20);
        long committedAtThird = -1;
        _function.Then = (_, _) =>
        {
            if (_function.Batches.Count == 3)
            {
                committedAtThird = harness.Committed();
            }

            return _function.Batches.Count <= 3 ? throw new InvalidOperationException("the tables are away") : Task.CompletedTask;
        };
        harness.Listen(ListenerHarness.Options, _function.Run);
        await Eventually.TrueAsync(() => harness.Committed() == 20, "20 records committed");
        Assert.Equal(0, committedAtThird);
        var first = Enumerable.Range(0, 10).ToArray();
        Assert.Equal([first, first, first, first, .. new[] { Enumerable.Range(10, 10).ToArray() }], _function.Batches);
        Assert.Single(harness.Log.Lines,
            line => line.StartsWith("Warning: f failed on a batch of 10 records, attempt 1;", StringComparison.Ordinal));
        Assert.Single(harness.Log.Lines, line => line.Contains("is handled, at attempt 4", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_member_reads_several_topics()
    {
        await using var harness = new ListenerHarness(partitions: 2);
        harness.CreateTopic("returns", 2);
        harness.Produce(0, 10);
        harness.Produce(10, 10, "returns");
        var listener = harness.Listen(
            HostedConsumerSettings.Listener(ListenerHarness.Group, [ListenerHarness.Topic, "returns"], harness.Kafka,
            ListenerHarness.Options), _function.Run);
        await Eventually.TrueAsync(() => _function.Count == 20, "20 records");
        Assert.Equal(Enumerable.Range(0, 20), _function.Batches.SelectMany(batch => batch).Order());
        Assert.Equal(["orders:0", "orders:1", "returns:0", "returns:1"],
            listener.Member.Partitions.Select(partition => $"{partition.Topic}:{partition.Partition.Value}"));
    }

    [Fact]
    public async Task A_topic_that_is_missing_is_said_and_read_once_it_is_there()
    {
        await using var harness = new ListenerHarness(partitions: 2);
        var options = HostedConsumerSettings.Listener(ListenerHarness.Group, ["later"], harness.Kafka, ListenerHarness.Options with
        {
            Configure = config => config.TopicMetadataRefreshIntervalMs = 500,
        });
        harness.Listen(options, _function.Run);
        await Eventually.TrueAsync(() => harness.Log.Lines.Any(line => line.Contains("waits for a topic that is not there",
            StringComparison.Ordinal)), "the line that says so");
        harness.CreateTopic("later", 2);
        harness.Produce(0, 10, "later");
        await Eventually.TrueAsync(() => _function.Count == 10, "10 records");
    }

    [Fact]
    public async Task One_batch_is_in_flight_at_a_time()
    {
        await using var harness = new ListenerHarness(partitions: 3);
        harness.Produce(0, 200);
        int running = 0, most = 0;
        _function.Then = async (_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
        };
        harness.Listen(ListenerHarness.Options, _function.Run);
        await Eventually.TrueAsync(() => harness.Committed() == 200, "200 records committed");
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task A_batch_longer_than_the_poll_interval_does_not_cost_the_membership()
    {
        await using var harness = new ListenerHarness(partitions: 2);
        harness.Produce(0, 60);
        var first = true;
        _function.Then = async (_, cancellationToken) =>
        {
            if (first)
            {
                first = false;
                await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
            }
        };
        harness.Listen(ListenerHarness.Options with { MaxPollInterval = TimeSpan.FromSeconds(2) }, _function.Run);
        await Eventually.TrueAsync(() => harness.Committed() == 60, "60 records committed");
        Assert.Equal(Enumerable.Range(0, 60), _function.Batches.SelectMany(batch => batch).Order());
        Assert.DoesNotContain(harness.Log.Lines, line => line.Contains("revoked", StringComparison.Ordinal)
            || line.Contains("lost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_members_share_the_partitions_and_nothing_is_left_out()
    {
        await using var harness = new ListenerHarness(partitions: 4);
        var other = new RecordingHandler();
        var one = harness.Listen(ListenerHarness.Options, _function.Run, "one");
        await Eventually.TrueAsync(() => one.Member.Partitions.Count == 4, "the first member's four partitions");
        var two = harness.Listen(ListenerHarness.Options, other.Run, "two");
        await Eventually.TrueAsync(() => one.Member.Partitions.Count == 2 && two.Member.Partitions.Count == 2, "two partitions each");
        Assert.Empty(one.Member.Partitions.Intersect(two.Member.Partitions));
        Assert.NotEqual(one.Member.Id, two.Member.Id);
        Assert.Equal(ListenerHarness.Group, one.Member.Group);

        harness.Produce(0, 100);
        await Eventually.TrueAsync(() => harness.Committed() == 100, "100 records committed");
        Assert.Equal(Enumerable.Range(0, 100), _function.Batches.Concat(other.Batches).SelectMany(batch => batch).Distinct().Order());
        Assert.NotEmpty(other.Batches);
    }

    [Fact]
    public async Task A_partition_that_goes_during_a_batch_is_read_again_by_its_new_owner()
    {
        await using var harness = new ListenerHarness(partitions: 2);
        harness.Produce(0, 10);
        var release = new TaskCompletionSource();
        _function.Then = (_, _) => release.Task;
        var one = harness.Listen(ListenerHarness.Options, _function.Run, "one");
        await Eventually.TrueAsync(() => _function.Count == 10, "the first batch");
        var other = new RecordingHandler();
        var two = harness.Listen(ListenerHarness.Options, other.Run, "two");
        await Eventually.TrueAsync(() => other.Count == 5, "the other owner's reading");
        release.SetResult();
        await Eventually.TrueAsync(() => harness.Committed() == 10, "all committed");
        Assert.Single(two.Member.Partitions);
        await Eventually.TrueAsync(() => harness.Log.Lines.Any(line => line.StartsWith("Information: one: partition",
            StringComparison.Ordinal) && line.Contains("is not stored", StringComparison.Ordinal)), "the line that says so");
    }

    [Fact]
    public async Task A_partition_that_was_paused_behind_a_long_batch_and_stays_over_a_rebalance_is_read_on()
    {
        await using var harness = new ListenerHarness(partitions: 2);
        harness.Produce(0, 60);
        var release = new TaskCompletionSource();
        _function.Then = (_, _) => release.Task;
        var one = harness.Listen(ListenerHarness.Options, _function.Run, "one");
        await Eventually.TrueAsync(() => _function.Count == 10, "the first batch");

        // A full window waits a second for the batch before the partitions are paused.
        var since = Stopwatch.StartNew();
        await Eventually.TrueAsync(() => since.Elapsed > TimeSpan.FromSeconds(2), "the pause");
        var two = harness.Listen(ListenerHarness.Options, new RecordingHandler().Run, "two");
        await Eventually.TrueAsync(() => one.Member.Partitions.Count == 1 && two.Member.Partitions.Count == 1, "one partition each");
        release.SetResult();
        await Eventually.TrueAsync(() => harness.Committed() == 60, "all committed");
    }

    [Fact]
    public async Task A_stop_lets_the_batch_in_flight_end_and_commits_it_and_the_next_member_goes_on_behind_it()
    {
        await using var harness = new ListenerHarness(partitions: 2);
        harness.Produce(0, 30);
        var running = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        _function.Then = (_, _) =>
        {
            running.TrySetResult();
            return release.Task;
        };

        // Never committed by the clock, so that what is committed was committed by the stop.
        var listener = harness.Listen(ListenerHarness.Options with { CommitInterval = TimeSpan.FromHours(1) }, _function.Run);
        await running.Task;
        var stopped = harness.StopAsync(listener);
        Assert.False(stopped.IsCompleted);
        release.SetResult();
        Assert.True(await stopped);
        Assert.Single(_function.Batches);
        Assert.Equal(10, harness.Committed());

        var next = new RecordingHandler();
        harness.Listen(ListenerHarness.Options, next.Run);
        await Eventually.TrueAsync(() => harness.Committed() == 30, "the rest committed");
        Assert.Equal(Enumerable.Range(0, 30), _function.Batches.Concat(next.Batches).SelectMany(batch => batch).Order());
    }

    [Fact]
    public async Task A_batch_that_does_not_end_is_cancelled_after_the_drain_and_comes_again()
    {
        await using var harness = new ListenerHarness(partitions: 1);
        harness.Produce(0, 10);
        var running = new TaskCompletionSource();
        _function.Then = (_, cancellationToken) =>
        {
            running.TrySetResult();
            return Task.Delay(Timeout.Infinite, cancellationToken);
        };
        var listener = harness.Listen(ListenerHarness.Options, _function.Run);
        await running.Task;
        Assert.True(await listener.StopAsync(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30)));
        Assert.Equal(0, harness.Committed());
        Assert.Single(_function.Batches);
    }

    [Fact]
    public async Task A_group_that_begins_at_the_latest_offset_passes_over_what_was_there()
    {
        await using var harness = new ListenerHarness(partitions: 1);
        harness.Produce(0, 10);
        var listener = harness.Listen(ListenerHarness.Options with { StartsAt = GroupStart.Latest }, _function.Run);
        await Eventually.TrueAsync(() => listener.Member.Partitions.Count == 1, "an assignment");

        // The position is looked up after the assignment: records are written until the first one is read.
        var next = 10;
        await Eventually.TrueAsync(() => { harness.Produce(next++, 1); return _function.Count > 0; }, "a record");
        Assert.True(_function.Batches[0][0] >= 10);
    }
}
