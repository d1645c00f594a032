using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;
using Microsoft.Extensions.Logging.Abstractions;
using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Progress;

public sealed class GroupProgressTests
{
    private readonly BentStore _store = new(new MemoryTableStore());
    private readonly FakeLog _log = new() { LogEnd = 10 };
    private readonly ImpatientTime _time = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_partition_that_came_later_begins_at_its_start_whatever_the_group_has_committed_there(bool startsAtEnd)
    {
        _log.Committed = 6;
        await Progress(startsAtEnd).EnsureFloorsAsync("topic", Token);
        _log.Further.Add(new PartitionPosition(1, 0, 8, 5));
        _log.Further.Add(new PartitionPosition(2, 3, 8, null));
        Assert.Equal([6, 0, 3], await FloorsAsync(Progress(startsAtEnd)));
    }

    [Fact]
    public async Task Partitions_that_were_there_when_the_group_began_have_their_floor_where_it_has_committed()
    {
        _log.Committed = 6;
        _log.Further.AddRange(Enumerable.Range(1, 249).Select(partition => new PartitionPosition(partition, 0, 100, partition)));
        Assert.Equal([6, .. Enumerable.Range(1, 249)], await FloorsAsync(Progress()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_crash_while_the_floors_are_written_lets_no_partition_look_as_if_it_came_later(int crash)
    {
        _log.Committed = 6;
        _log.Further.AddRange(Enumerable.Range(1, 249).Select(partition => new PartitionPosition(partition, 0, 100, partition)));
        _store.Before = (number, _, _) => number >= crash ? throw new OperationCanceledException("the process died") : null;
        await Assert.ThrowsAsync<OperationCanceledException>(() => Progress().EnsureFloorsAsync("topic", Token));
        _store.Before = null;
        Assert.Equal([6, .. Enumerable.Range(1, 249)], await FloorsAsync(Progress()));
    }

    [Theory]
    [InlineData("id", "another")]
    [InlineData(null, null)]
    public async Task Notes_of_the_old_topics_batches_are_not_finished_in_the_new_one(string? before, string? after)
    {
        _log.TopicId = before;
        var (one, two) = (Progress(), Progress());
        await one.EnsureFloorsAsync("topic", Token);
        await two.EnsureFloorsAsync("topic", Token);
        two.Finished("topic", 0, 0, 10);
        await two.FlushAsync(Token);
        one.Finished(Records(0, 10));

        (_log.TopicId, _log.LogEnd, _log.Committed) = (after, 4, 4);
        await two.EnsureFloorsAsync("topic", Token);
        await one.FlushAsync(Token);
        Assert.Equal("", (await ReadAsync(two)).Finished.ToString());
    }

    [Fact]
    public async Task A_batch_that_was_read_before_the_topic_was_made_anew_finishes_nothing_in_the_new_one()
    {
        var progress = Progress();
        var batch = Records(0, 3);
        var floors = await progress.EnsureFloorsAsync(batch, Token);
        _log.TopicId = "another";
        await progress.EnsureFloorsAsync("topic", Token);
        progress.Finished(batch, floors);
        await progress.FlushAsync(Token);
        Assert.Equal("", (await ReadAsync(progress)).Finished.ToString());
    }

    [Fact]
    public async Task What_consumers_finish_in_a_topic_made_anew_counts_once_no_batch_of_the_old_one_can_be_left()
    {
        var progress = Progress();
        await progress.EnsureFloorsAsync("topic", Token);
        _log.TopicId = "another";
        await progress.EnsureFloorsAsync("topic", Token);

        // Read from the old topic, and on its way to function code for some minutes.
        var late = await progress.EnsureFloorsAsync(Records(0, 3), Token);
        progress.Finished(Records(0, 3), late);
        _time.Advance(TimeSpan.FromMinutes(11));
        progress.Finished(Records(5, 7), await progress.EnsureFloorsAsync(Records(5, 7), Token));
        await progress.FlushAsync(Token);
        Assert.Equal("5-7", (await ReadAsync(progress)).Finished.ToString());
    }

    [Fact]
    public async Task A_late_batch_of_the_old_topic_finishes_nothing_where_a_refused_note_was_the_first_sign_of_the_new_one()
    {
        var (one, two) = (Progress(), Progress());
        await one.EnsureFloorsAsync("topic", Token);
        await two.EnsureFloorsAsync("topic", Token);
        one.Finished(Records(0, 3), await one.EnsureFloorsAsync(Records(0, 3), Token));
        _log.TopicId = "another";
        await two.EnsureFloorsAsync("topic", Token);
        await one.FlushAsync(Token);

        // Read from the old topic, and handled after the refusal.
        one.Finished(Records(3, 5), await one.EnsureFloorsAsync(Records(3, 5), Token));
        await one.FlushAsync(Token);
        Assert.Equal("", (await ReadAsync(two)).Finished.ToString());
    }

    [Fact]
    public async Task A_topic_whose_id_was_not_told_when_the_floor_was_set_gets_it_later()
    {
        _log.TopicId = null;
        var progress = Progress();
        await progress.EnsureFloorsAsync("topic", Token);
        progress.Finished("topic", 0, 0, 4);
        _log.TopicId = "id";
        await progress.EnsureFloorsAsync("topic", Token);
        await progress.FlushAsync(Token);
        var now = await ReadAsync(progress);
        Assert.Equal(("id", "0-4"), (now.TopicId, now.Finished.ToString()));
    }

    [Theory]
    [InlineData("Finished", "0-4;8-9")]
    [InlineData("Floor", "far")]
    public async Task A_row_that_cannot_be_read_stops_no_batch_and_no_other_partition_and_stays_as_it_is(string column, object value)
    {
        _log.Further.Add(new PartitionPosition(1, 0, 8, null));
        await Progress().EnsureFloorsAsync("topic", Token);
        var row = _store.Inner.Rows().Single(row => row.RowKey == "topic:0");
        _store.Inner.Submit("group", [RowOperation.Merge(row.RowKey, new Dictionary<string, object> { [column] = value }, row.ETag)]);
        var bad = _store.Inner.Rows().Single(found => found.RowKey == "topic:0").ETag;

        var progress = Progress();
        ConsumedRecord[] batch = [.. Records(0, 3), Record(0, "x|1", partition: 1)];
        progress.Finished(batch, await progress.EnsureFloorsAsync(batch, Token));
        await progress.FlushAsync(Token);
        Assert.Equal(bad, _store.Inner.Rows().Single(found => found.RowKey == "topic:0").ETag);
        var (position, other) = Assert.Single(await progress.EnsureFloorsAsync("topic", Token));
        Assert.Equal((1, "0-1"), (position.Partition, other.Finished.ToString()));
        Assert.True(progress.Faults.Count > 0);
    }

    [Fact]
    public async Task One_partition_that_cannot_be_written_keeps_no_other_and_is_written_the_next_time()
    {
        _log.Further.Add(new PartitionPosition(1, 0, 8, null));
        var progress = Progress();
        await progress.EnsureFloorsAsync("topic", Token);
        progress.Finished("topic", 0, 0, 4);
        progress.Finished("topic", 1, 0, 4);
        _store.Before = (_, _, operations) => operations[0].RowKey == "topic:0" ? new SubmitResult(SubmitStatus.Unknown, [], "503") : null;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => progress.FlushAsync(Token));
        Assert.Equal("0-4", _store.Inner.Rows().Single(row => row.RowKey == "topic:1").Text("Finished"));
        _store.Before = null;
        await progress.FlushAsync(Token);
        Assert.Equal("0-4", _store.Inner.Rows().Single(row => row.RowKey == "topic:0").Text("Finished"));
    }

    [Fact]
    public async Task What_is_too_long_for_a_column_is_cut_between_two_intervals()
    {
        var progress = Progress();
        await progress.EnsureFloorsAsync("topic", Token);
        for (long offset = 1_000_000; offset < 1_010_000; offset += 2)
        {
            progress.Finished("topic", 0, offset, offset + 1);
        }

        await progress.FlushAsync(Token);
        var text = Assert.Single(_store.Inner.Rows()).Text("Finished")!;
        Assert.InRange(text.Length, 29_000, 30_000);
        Assert.All((await ReadAsync(Progress())).Finished.Intervals, interval => Assert.Equal(interval.From + 1, interval.To));
        Assert.Equal(1_000_000, (await ReadAsync(Progress())).Finished.Intervals[0].From);
    }

    [Fact]
    public async Task A_record_below_the_floor_is_told_from_one_above_it()
    {
        _log.Committed = 6;
        var floors = await Progress().EnsureFloorsAsync(Records(0, 10), Token);
        Assert.True(floors.IsBelow(new Coordinates("topic", 0, 5)));
        Assert.False(floors.IsBelow(new Coordinates("topic", 0, 6)));
        Assert.False(floors.IsBelow(new Coordinates("topic", 7, 0)));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private GroupProgress Progress(bool startsAtEnd = false) => new("group", _store, _log, startsAtEnd, NullLogger.Instance, _time);

    private static ConsumedRecord[] Records(int from, int to) =>
        [.. Enumerable.Range(from, to - from).Select(offset => Record(offset, $"s{offset}|1"))];

    private static async Task<IEnumerable<long>> FloorsAsync(GroupProgress progress) =>
        (await progress.EnsureFloorsAsync("topic", Token)).Select(partition => partition.Progress.Floor);

    private static async Task<PartitionProgress> ReadAsync(GroupProgress progress) =>
        Assert.Single(await progress.EnsureFloorsAsync("topic", Token)).Progress;
}
