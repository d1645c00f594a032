using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;
using Microsoft.Extensions.Logging.Abstractions;
using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Progress;

/// <summary>What simulated histories of a topic that is deleted and made anew under its name found.</summary>
public sealed class TopicMadeAnewTests
{
    private readonly BentStore _store = new(new MemoryTableStore());
    private readonly FakeLog _log = new() { LogEnd = 10 };
    private readonly ImpatientTime _time = new();

    [Fact]
    public async Task A_process_that_never_knew_the_old_topic_notes_nothing_while_a_batch_of_it_may_be_in_its_hands()
    {
        await Progress().EnsureFloorsAsync("topic", Token);
        _log.TopicId = "another";
        var first = Progress();
        await first.EnsureFloorsAsync("topic", Token);

        // Its host had read the batch before, and gives it again to a process that has just started.
        var started = Progress();
        await NoteAsync(started, 0, 3);
        Assert.Equal("", await FinishedAsync());
        _time.Advance(TimeSpan.FromMinutes(11));
        await NoteAsync(started, 5, 7);
        Assert.Equal("5-7", await FinishedAsync());
    }

    [Fact]
    public async Task Once_a_process_has_known_the_new_topic_for_as_long_as_a_delivery_may_last_every_other_notes_at_once()
    {
        await Progress().EnsureFloorsAsync("topic", Token);
        _log.TopicId = "another";
        var first = Progress();
        await first.EnsureFloorsAsync("topic", Token);
        Assert.Equal(true, Row().Columns["Young"]);
        await NoteAsync(first, 0, 3);
        Assert.Equal(true, Row().Columns["Young"]);

        _time.Advance(TimeSpan.FromMinutes(11));
        await NoteAsync(first, 3, 4);
        Assert.DoesNotContain("Young", Row().Columns.Keys);
        await NoteAsync(Progress(), 5, 7);
        Assert.Equal("3-4,5-7", await FinishedAsync());
    }

    [Fact]
    public async Task A_topics_id_that_is_older_than_the_row_takes_no_topic_made_anew_back()
    {
        await Progress().EnsureFloorsAsync("topic", Token);
        _log.TopicId = "another";
        await Progress().EnsureFloorsAsync("topic", Token);
        var row = Row().ETag;

        // Asked before the topic was deleted, and answered late.
        _log.EarlierIds.Enqueue("id");
        await Progress().EnsureFloorsAsync("topic", Token);
        Assert.Equal(row, Row().ETag);
    }

    [Fact]
    public async Task A_place_in_the_old_topic_is_no_floor_of_one_made_anew_while_the_floors_are_asked_for()
    {
        _log.Committed = 6;
        _log.AfterFirstQuestion = () => (_log.TopicId, _log.Committed) = ("another", null);
        await Progress().EnsureFloorsAsync("topic", Token);
        var (_, progress) = Assert.Single(await Progress().EnsureFloorsAsync("topic", Token));
        Assert.Equal(("another", 0), (progress.TopicId, progress.Floor));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private GroupProgress Progress() => new("group", _store, _log, startsAtEnd: false, NullLogger.Instance, _time);

    private Row Row() => Assert.Single(_store.Inner.Rows());

    private async Task<string> FinishedAsync() =>
        Assert.Single(await Progress().EnsureFloorsAsync("topic", Token)).Progress.Finished.ToString();

    private static async Task NoteAsync(GroupProgress progress, int from, int to)
    {
        ConsumedRecord[] batch = [.. Enumerable.Range(from, to - from).Select(offset => Record(offset, $"s{offset}|1"))];
        progress.Finished(batch, await progress.EnsureFloorsAsync(batch, Token));
        await progress.FlushAsync(Token);
    }
}
