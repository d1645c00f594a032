using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;
using Microsoft.Extensions.Logging.Abstractions;
using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Progress;

public sealed class GapAuditTests
{
    private readonly MemoryTableStore _progressTable = new();
    private readonly TestGroup _group = new();
    private readonly FakeLog _log = new();
    private readonly ImpatientTime _time = new();

    public GapAuditTests()
    {
        for (var offset = 0; offset < 10; offset++)
        {
            _log.Records[offset] = Record(offset, $"s{offset}|1");
        }

        _log.LogEnd = 10;
    }

    [Fact]
    public async Task A_batch_that_the_host_skipped_is_found_and_handled()
    {
        var progress = Progress();
        await progress.EnsureFloorsAsync("topic", Token);
        await HandleAsync(progress, 0, 1, 2, 3);
        await HandleAsync(progress, 7, 8, 9);
        _log.Committed = 10;

        Assert.Equal(new GapAuditResult(3, 3, 0), await AuditAsync(progress));
        Assert.Equal([(4, 7)], _log.Read);
        Assert.Equal(10, _group.Sum());
        Assert.Equal(new GapAuditResult(0, 0, 0), await AuditAsync(progress));
    }

    [Fact]
    public async Task What_was_done_after_all_is_suppressed_and_counted_as_found_only()
    {
        var progress = Progress();
        await progress.EnsureFloorsAsync("topic", Token);
        await _group.ProcessAsync([.. _log.Records.Values]);
        _log.Committed = 10;
        Assert.Equal(new GapAuditResult(10, 0, 0), await AuditAsync(progress));
        Assert.Equal(10, _group.Sum());
    }

    [Fact]
    public async Task Nothing_below_the_floor_is_ever_touched()
    {
        _log.Committed = 6;
        var progress = Progress();
        await progress.EnsureFloorsAsync("topic", Token);
        _log.Committed = 10;
        await AuditAsync(progress);
        Assert.Equal([(6, 10)], _log.Read);
        Assert.Equal(4, _group.Sum());
    }

    [Fact]
    public async Task A_group_that_starts_at_the_end_has_its_floor_there()
    {
        var progress = Progress(startsAtEnd: true);
        await progress.EnsureFloorsAsync("topic", Token);
        _log.Committed = 10;
        Assert.Equal(new GapAuditResult(0, 0, 0), await AuditAsync(progress));
    }

    [Fact]
    public async Task Control_records_and_compacted_ones_are_no_gaps_once_they_were_read_over()
    {
        _log.Records.Remove(4);
        _log.Records.Remove(5);
        var progress = Progress();
        await progress.EnsureFloorsAsync("topic", Token);
        await HandleAsync(progress, 0, 1, 2, 3, 6, 7, 8, 9);
        _log.Committed = 10;
        Assert.Equal(new GapAuditResult(0, 0, 0), await AuditAsync(progress));
        Assert.Equal(new GapAuditResult(0, 0, 0), await AuditAsync(progress));
        Assert.Equal([(4, 6)], _log.Read);
    }

    [Fact]
    public async Task Gaps_that_lie_close_together_are_read_in_one_go_and_what_lies_between_is_left_alone()
    {
        _log.Records[5_000] = Record(5_000, "far|1");
        _log.LogEnd = 5_001;
        var progress = Progress();
        await progress.EnsureFloorsAsync("topic", Token);
        await HandleAsync(progress, 0, 1, 3, 5, 6, 8, 9);
        progress.Finished("topic", 0, 10, 5_000);
        _log.Committed = 5_001;

        Assert.Equal(new GapAuditResult(4, 4, 0), await AuditAsync(progress));
        Assert.Equal([(2, 8), (5_000, 5_001)], _log.Read);
        Assert.Equal(new GapAuditResult(0, 0, 0), await AuditAsync(progress));
    }

    [Fact]
    public async Task Of_gaps_close_together_only_what_the_broker_dropped_is_lost()
    {
        var progress = Progress();
        await progress.EnsureFloorsAsync("topic", Token);
        await HandleAsync(progress, 0, 2, 4, 6, 8, 9);
        (_log.LogStart, _log.Committed) = (4, 10);

        Assert.Equal(new GapAuditResult(2, 2, 2), await AuditAsync(progress));
        Assert.Equal([(4, 8)], _log.Read);
        Assert.Equal(new GapAuditResult(0, 0, 0), await AuditAsync(progress));
    }

    [Fact]
    public async Task Records_that_the_broker_dropped_first_are_reported_as_lost_once()
    {
        var progress = Progress();
        await progress.EnsureFloorsAsync("topic", Token);
        await HandleAsync(progress, 0, 1, 8, 9);
        (_log.LogStart, _log.Committed) = (5, 10);
        Assert.Equal(new GapAuditResult(3, 3, 3), await AuditAsync(progress));
        Assert.Equal(new GapAuditResult(0, 0, 0), await AuditAsync(progress));
    }

    [Fact]
    public async Task A_topic_made_anew_is_known_by_its_id_and_starts_anew()
    {
        var progress = Progress();
        await progress.EnsureFloorsAsync("topic", Token);
        await HandleAsync(progress, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        await progress.FlushAsync(Token);
        (_log.TopicId, _log.Committed) = ("another", 3);
        Assert.Equal(3, (await AuditAsync(Progress())).Found);
    }

    [Fact]
    public async Task Without_ids_a_log_that_ends_below_what_was_finished_is_another_topics()
    {
        _log.TopicId = null;
        var progress = Progress();
        await progress.EnsureFloorsAsync("topic", Token);
        await HandleAsync(progress, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        await progress.FlushAsync(Token);
        (_log.LogEnd, _log.Committed) = (4, 2);
        Assert.Equal(2, (await AuditAsync(Progress())).Found);
    }

    [Fact]
    public async Task A_topic_that_has_grown_since_its_end_was_asked_is_no_other_topic()
    {
        _log.TopicId = null;
        var progress = Progress();
        await progress.EnsureFloorsAsync("topic", Token);
        await HandleAsync(progress, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        await progress.FlushAsync(Token);
        _log.Committed = 10;
        _log.EarlierEnds.Enqueue(4);
        Assert.Equal(new GapAuditResult(0, 0, 0), await AuditAsync(Progress()));
    }

    [Fact]
    public async Task Lost_records_are_counted_once_however_often_they_are_reported()
    {
        var progress = Progress();
        await progress.EnsureFloorsAsync("topic", Token);
        await progress.LostAsync("topic", 0, 2, 5, Token);
        await progress.LostAsync("topic", 0, 2, 7, Token);
        Assert.Equal(5, Assert.Single(await progress.EnsureFloorsAsync("topic", Token)).Progress.Lost);
    }

    [Fact]
    public async Task Two_owners_writings_are_merged()
    {
        var (one, two) = (Progress(), Progress());
        await one.EnsureFloorsAsync("topic", Token);
        await two.EnsureFloorsAsync("topic", Token);
        await HandleAsync(one, 0, 1, 2, 3, 4);
        await HandleAsync(two, 5, 6, 7, 8, 9);
        await one.FlushAsync(Token);
        await two.FlushAsync(Token);
        _log.Committed = 10;
        Assert.Equal(new GapAuditResult(0, 0, 0), await AuditAsync(Progress()));
    }

    [Fact]
    public async Task A_gap_that_another_owner_closes_within_the_grace_is_none()
    {
        var (one, two) = (Progress(), Progress());
        await one.EnsureFloorsAsync("topic", Token);
        await HandleAsync(two, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        _log.Committed = 10;
        _time.OnWait = () => two.FlushAsync(Token).GetAwaiter().GetResult();
        Assert.Equal(new GapAuditResult(0, 0, 0), await Audit(one).RunAsync("topic", TimeSpan.FromSeconds(4), Token));
        Assert.Empty(_log.Read);
    }

    [Fact]
    public async Task One_partition_that_cannot_be_read_keeps_no_other_from_being_healed()
    {
        _log.Further.Add(new PartitionPosition(1, 0, 10, null));
        var progress = Progress();
        await progress.EnsureFloorsAsync("topic", Token);
        (_log.Committed, _log.Further[0]) = (10, new PartitionPosition(1, 0, 10, 10));
        _log.Unreadable.Add(0);
        await Assert.ThrowsAsync<TimeoutException>(() => AuditAsync(progress));
        Assert.Equal([(0, 10)], _log.Read);
        Assert.Equal(10, _group.Sum());
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private GroupProgress Progress(bool startsAtEnd = false) => new("group", _progressTable, _log, startsAtEnd, NullLogger.Instance);

    private GapAudit Audit(GroupProgress progress) => new(_group.Processor, progress, _log, _time, NullLogger.Instance);

    private Task<GapAuditResult> AuditAsync(GroupProgress progress) => Audit(progress).RunAsync("topic", TimeSpan.Zero, Token);

    private async Task HandleAsync(GroupProgress progress, params long[] offsets)
    {
        ConsumedRecord[] records = [.. offsets.Select(offset => _log.Records[offset])];
        await _group.ProcessAsync(records);
        progress.Finished(records);
    }
}
