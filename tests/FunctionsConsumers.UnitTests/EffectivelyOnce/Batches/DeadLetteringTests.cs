using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Tables;
using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

public sealed class DeadLetteringTests
{
    private const int Large = 5 * 1024 * 1024;

    [Theory]
    [InlineData("value")]
    [InlineData("key")]
    [InlineData("header")]
    [InlineData("headers")]
    [InlineData("all")]
    public async Task A_record_of_any_size_ends_as_a_dead_letter_that_fits(string part)
    {
        var record = Record(0, "poison");
        record = part switch
        {
            "value" => record with { Value = new byte[Large] },
            "key" => record with { Key = new byte[Large] },
            "header" => record with { Headers = [new RecordHeader("h", new byte[Large])] },
            "headers" => record with { Headers = [.. Enumerable.Repeat(new RecordHeader("h", new byte[100]), 60_000)] },
            _ => record with { Key = new byte[Large], Value = new byte[Large], Headers = [new RecordHeader("h", new byte[Large])] },
        };
        var group = new TestGroup();
        Assert.Equal((1, 0, 1, 0), (await group.ProcessAsync(record, Record(1, "a|1"))).Counts());
        var letter = Letter(group);
        Assert.Equal(part is "value" or "all", letter.OmittedValue is not null);
        Assert.Equal(part is "key" or "all", letter.OmittedKey is not null);
        Assert.Equal(part is "header" or "headers" or "all", letter.OmittedHeaders is not null);
        Assert.Equal((0, 1, 0, 0), (await group.ProcessAsync(record)).Counts());
    }

    [Fact]
    public async Task A_letter_that_the_table_refuses_goes_without_what_may_be_at_fault()
    {
        var group = new TestGroup();
        var tries = 0;
        group.Store.Before = (_, _, _) => ++tries <= 2 ? new SubmitResult(SubmitStatus.Refused, [], "413") : null;
        await group.ProcessAsync(Record(0, "poison") with { Key = [1], Headers = [new RecordHeader("h", [2])] });
        var letter = Letter(group);
        Assert.NotNull(letter.OmittedValue);
        Assert.NotNull(letter.OmittedHeaders);
        Assert.Equal([1], letter.Record.Key);
    }

    [Fact]
    public async Task A_rejection_with_words_of_any_length_or_none_is_a_dead_letter()
    {
        var group = new TestGroup();
        group.Decoder.Rejection = new Rejection(null!, new string('d', Large));
        Assert.Equal(1, (await group.ProcessAsync(Record(0, "a|1"))).DeadLettered);
        Assert.Equal("refused", Assert.Single(group.Rows("dead!")).Text("Reason"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_record_seen_with_and_without_its_timestamp_is_one_dead_letter(bool isFirstWith)
    {
        var table = new MemoryTableStore();
        var with = Record(0, "poison");
        var without = with with { Timestamp = null };
        await new TestGroup(table: table).ProcessAsync(isFirstWith ? with : without);
        var group = new TestGroup(table: table);
        Assert.Equal((0, 1, 0, 0), (await group.ProcessAsync(isFirstWith ? without : with)).Counts());
        Assert.Equal((0, 1, 0, 0), (await group.ProcessAsync(isFirstWith ? with : without)).Counts());
        Assert.Single(group.Rows("outbox!"));
    }

    [Fact]
    public async Task A_missing_timestamp_is_written_nowhere()
    {
        var group = new TestGroup();
        await group.ProcessAsync(Record(0, "poison") with { Timestamp = null });
        Assert.False(Assert.Single(group.Rows("dead!")).Columns.ContainsKey("RecordTimestamp"));
        Assert.Null(Letter(group).Record.Timestamp);
    }

    [Fact]
    public async Task A_missing_timestamp_that_an_earlier_version_wrote_as_1970_is_missing()
    {
        var group = new TestGroup();
        await group.ProcessAsync(Record(0, "poison") with { Timestamp = null });
        var row = Assert.Single(group.Rows("dead!"));
        group.Store.Inner.Submit(row.PartitionKey,
            [RowOperation.Merge(row.RowKey, new Dictionary<string, object> { ["RecordTimestamp"] = DateTimeOffset.UnixEpoch }, row.ETag)]);
        Assert.Equal(1, (await new TestGroup(table: group.Store.Inner).ProcessAsync(Record(0, "poison"))).Duplicates);
    }

    [Theory]
    [InlineData(0, "other poison")]
    [InlineData(1, "poison")]
    public async Task Of_a_topic_made_anew_another_record_is_another_letter_though_its_bytes_or_its_time_are_equal(int later, string value)
    {
        var table = new MemoryTableStore();
        var old = Record(0, "poison");
        await new TestGroup(table: table).ProcessAsync(old);
        var group = new TestGroup(table: table);
        var anew = Record(0, value) with { Timestamp = old.Timestamp!.Value.AddMilliseconds(later) };
        Assert.Equal(1, (await group.ProcessAsync(anew)).DeadLettered);
        Assert.Equal(anew.Timestamp, Assert.Single(group.Rows("dead!")).Columns["RecordTimestamp"]);
    }

    [Theory]
    [InlineData(0, "other poison")]
    [InlineData(1, "poison")]
    public async Task Two_records_that_one_batch_holds_at_the_same_coordinates_of_two_topics_are_two_letters(int later, string value)
    {
        var group = new TestGroup();
        var old = Record(0, "poison");
        var anew = Record(0, value) with { Timestamp = old.Timestamp!.Value.AddMilliseconds(later) };
        Assert.Equal(2, (await group.ProcessAsync(old, anew)).DeadLettered);
        Assert.Equal(2, group.Rows("outbox!").Count(row => row.Text(OutboxRows.Kind) == DeadLetter.Kind));
    }

    [Fact]
    public async Task Two_events_of_a_subject_that_one_batch_holds_at_the_same_coordinates_of_two_topics_are_not_taken_for_one()
    {
        var group = new TestGroup();
        Assert.Equal((1, 0, 1, 0), (await group.ProcessAsync(Record(0, "a|1"), Record(0, "a|2"))).Counts());
    }

    [Fact]
    public async Task A_letter_that_waits_in_the_outbox_stops_no_record_whose_row_one_of_another_topic_has_replaced()
    {
        var table = new MemoryTableStore();
        var (old, anew) = (Record(0, "poison"), Record(0, "other poison"));
        await new TestGroup(table: table).ProcessAsync(anew);
        await new TestGroup(table: table).ProcessAsync(old);
        var group = new TestGroup(table: table);
        Assert.Equal(1, (await group.ProcessAsync(anew)).DeadLettered);
        Assert.Equal(2, group.Rows("outbox!").Count(row => row.Text(OutboxRows.Kind) == DeadLetter.Kind));
        Assert.Equal(1, (await new TestGroup(table: table).ProcessAsync(anew)).Duplicates);
    }

    private static DeadLetter Letter(TestGroup group)
    {
        var rows = group.Rows("outbox!");
        var head = Assert.Single(rows, row => row.Text(OutboxRows.Kind) == DeadLetter.Kind);
        return DeadLetter.FromPayload(
            Assert.Single(OutboxRows.Read("group", head, rows.ToDictionary(row => row.RowKey)).Messages).Payload);
    }
}
