using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;
using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

/// <summary>Records that come again with the same content, where the decoder says that content is all it reads.</summary>
public sealed class ReplayTests
{
    [Fact]
    public async Task What_the_process_has_seen_applied_is_suppressed_without_decoding_and_without_a_request()
    {
        var group = new TestGroup(decodesByContent: true);
        ConsumedRecord[] records = [.. Enumerable.Range(0, 100).Select(i => Record(i, $"s{i}|1"))];
        await group.ProcessAsync(records);
        var before = (group.Decoder.Decoded, group.Store.Submits, group.Store.RowsRead);

        Assert.Equal((0, 100, 0, 0), (await group.ProcessAsync(records)).Counts());
        Assert.Equal(
            (0, 100, 0, 0), (await group.ProcessAsync([.. records.Select((_, i) => Record(100 + i, $"s{i}|1", partition: 1))])).Counts());
        Assert.Equal(before, (group.Decoder.Decoded, group.Store.Submits, group.Store.RowsRead));
    }

    [Fact]
    public async Task A_decoder_that_reads_more_than_the_content_sees_every_record()
    {
        var group = new TestGroup();
        await group.ProcessAsync(Record(0, "a|1"));
        Assert.Equal((0, 1, 0, 0), (await group.ProcessAsync(Record(1, "a|1"))).Counts());
        Assert.Equal(2, group.Decoder.Decoded);
    }

    [Fact]
    public async Task What_a_row_calls_a_duplicate_is_known_from_then_on()
    {
        var table = new MemoryTableStore();
        await new TestGroup(table: table).ProcessAsync(Record(0, "a|1"));
        var group = new TestGroup(table: table, decodesByContent: true);
        Assert.Equal((0, 1, 0, 0), (await group.ProcessAsync(Record(0, "a|1"))).Counts());
        Assert.Equal((0, 1, 0, 0), (await group.ProcessAsync(Record(0, "a|1"))).Counts());
        Assert.Equal(1, group.Decoder.Decoded);
    }

    [Fact]
    public async Task A_record_whose_transaction_failed_is_not_known()
    {
        var group = new TestGroup(decodesByContent: true, deadline: TimeSpan.FromSeconds(10));
        group.Store.Before = (_, _, _) => new SubmitResult(SubmitStatus.Unknown, [], "no answer");
        await Assert.ThrowsAsync<BatchDeadlineException>(() => group.ProcessAsync(Record(0, "a|1")));
        group.Store.Before = null;
        Assert.Equal((1, 0, 0, 0), (await group.ProcessAsync(Record(0, "a|1"))).Counts());
    }

    [Fact]
    public async Task A_dead_letter_is_not_known_as_applied()
    {
        var group = new TestGroup(decodesByContent: true);
        Assert.Equal((0, 0, 1, 0), (await group.ProcessAsync(Record(0, "poison"))).Counts());
        Assert.Equal((0, 0, 1, 0), (await group.ProcessAsync(Record(1, "poison"))).Counts());
    }

    [Fact]
    public async Task Another_content_of_a_known_subject_is_judged_as_ever()
    {
        var group = new TestGroup(decodesByContent: true);
        await group.ProcessAsync(Record(0, "a|1"), Record(1, "b|1", key: "k"));
        Assert.Equal((0, 0, 2, 0), (await group.ProcessAsync(Record(2, "a|2"), Record(3, "b|2", key: "other"))).Counts());
        Assert.Equal(
            ["key-reused", "subject-exists"], group.Rows("dead!").Select(row => row.Text("Reason")!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_record_for_another_group_is_passed_over_though_its_value_is_known()
    {
        var group = new TestGroup(decodesByContent: true);
        await group.ProcessAsync(Record(0, "a|1"));
        var elsewhere = Record(1, "a|1") with { Headers = [new RecordHeader("redrive-group", Encoding.UTF8.GetBytes("another"))] };
        Assert.Equal((0, 0, 0, 1), (await group.ProcessAsync(elsewhere)).Counts());
    }

    [Fact]
    public async Task A_consumer_whose_rows_are_forgotten_remembers_no_record()
    {
        var group = new TestGroup(new CountedConsumer(effectKind: null), decodesByContent: true);
        await group.ProcessAsync(Record(0, "a|1"));
        await group.ProcessAsync(Record(1, "a|1"));
        Assert.Equal(2, group.Decoder.Decoded);
        Assert.Equal("topic:0:1", Assert.Single(group.Rows("key!a")).Text("SeenAt"));
    }

    [Fact]
    public async Task The_same_content_elsewhere_is_another_event_where_only_its_place_tells_it()
    {
        var group = new TestGroup(decodesByContent: true);
        group.Decoder.SubjectOf = _ => null!;
        Assert.Equal((2, 0, 0, 0), (await group.ProcessAsync(Record(0, "a|1"), Record(1, "a|1"))).Counts());
        Assert.Equal((1, 0, 0, 0), (await group.ProcessAsync(Record(2, "a|1"))).Counts());
    }
}
