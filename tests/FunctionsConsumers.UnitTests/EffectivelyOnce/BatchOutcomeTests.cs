using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

public sealed class BatchOutcomeTests
{
    [Fact]
    public async Task Each_record_has_its_own_outcome_at_its_place_in_the_batch()
    {
        var group = new TestGroup(buckets: 4);
        var redriven = Record(4, "d|1") with { Headers = [new RecordHeader("redrive-group", "another"u8.ToArray())] };

        var outcome = await group.ProcessAsync(
            Record(0, "a|1"), Record(1, "poison"), Record(2, "a|1"), Record(3, "a|2"), redriven, Record(5, "b|1"));

        Assert.Equal(
            [RecordResult.Applied, RecordResult.DeadLettered, RecordResult.Duplicate, RecordResult.DeadLettered, RecordResult.PassedOver,
            RecordResult.Applied],
            outcome.Records.Select(record => record.Result));
        Assert.Equal([0L, 1, 2, 3, 4, 5], outcome.Records.Select(record => record.Coordinates.Offset));
        Assert.Equal([null, "poison", null, "key-reused", null, null], outcome.Records.Select(record => record.Reason));
        Assert.Equal("It is no event.", outcome.Records[1].Detail);
        Assert.Equal((2, 1, 2, 1), outcome.Counts());
    }

    [Fact]
    public async Task A_dead_letter_that_was_there_is_a_duplicate_without_a_reason()
    {
        var group = new TestGroup();
        await group.ProcessAsync(Record(0, "poison"));

        Assert.Equal(new RecordOutcome(new Coordinates("topic", 0, 0), RecordResult.Duplicate),
            Assert.Single((await group.ProcessAsync(Record(0, "poison"))).Records));
    }

    [Fact]
    public async Task A_rejection_that_the_subjects_row_settles_is_told_as_what_it_became()
    {
        var group = new TestGroup();
        await group.ProcessAsync(Record(0, "a|1"), Record(1, "b|1"));
        group.Decoder.Unknown.UnionWith(["a", "b", "c"]);

        var outcome = await group.ProcessAsync(Record(2, "c|1"), Record(3, "b|2"), Record(4, "a|1"));

        Assert.Equal([(2L, "unknown"), (3L, "key-reused"), (4L, null)],
            outcome.Records.Select(record => (record.Coordinates.Offset, record.Reason)));
        Assert.Equal(RecordResult.Duplicate, outcome.Records[2].Result);
    }

    [Fact]
    public async Task What_was_not_to_be_handled_is_passed_over_at_its_place()
    {
        var group = new TestGroup();
        ConsumedRecord[] records = [Record(0, "a|1"), Record(1, "b|1"), Record(2, "poison"), Record(3, "c|1")];

        var outcome = (await group.ProcessAsync(records[1], records[2])).Within(records);

        Assert.Equal(
            [RecordResult.PassedOver, RecordResult.Applied, RecordResult.DeadLettered, RecordResult.PassedOver],
            outcome.Records.Select(record => record.Result));
        Assert.Equal([0L, 1, 2, 3], outcome.Records.Select(record => record.Coordinates.Offset));
    }

    [Fact]
    public void The_counts_are_said_in_words() => Assert.Equal(
        "1 applied, 0 duplicates, 0 dead-lettered, 0 passed over",
        new BatchOutcome([new RecordOutcome(new Coordinates("topic", 0, 0), RecordResult.Applied)]).ToString());
}
