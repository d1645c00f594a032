using System.Text;
using FunctionsConsumers.EffectivelyOnce;

using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

public sealed class RedriveTests
{
    [Theory]
    [InlineData("group", RecordResult.Applied)]
    [InlineData("another", RecordResult.PassedOver)]
    [InlineData("third", RecordResult.DeadLettered)]
    [InlineData("", RecordResult.DeadLettered)]
    [InlineData("Group", RecordResult.DeadLettered)]
    [InlineData("group ", RecordResult.DeadLettered)]
    [InlineData("group,another", RecordResult.DeadLettered)]
    public async Task A_record_is_applied_by_the_group_it_was_redriven_for_and_one_for_no_group_is_a_dead_letter(
        string redrive, RecordResult result)
    {
        var group = new TestGroup();
        group.Decoder.Groups = ["group", "another"];

        var outcome = Assert.Single((await group.ProcessAsync(Redriven(0, redrive))).Records);

        Assert.Equal((result, result == RecordResult.DeadLettered ? "bad-redrive" : null), (outcome.Result, outcome.Reason));
        Assert.Equal(result == RecordResult.DeadLettered ? $"The header redrive-group holds '{redrive}', which is none of the groups "
            + "group, another: write the name of one of them." : null, outcome.Detail);
    }

    [Theory]
    [InlineData("another", RecordResult.PassedOver)]
    [InlineData("", RecordResult.DeadLettered)]
    [InlineData("GROUP", RecordResult.DeadLettered)]
    [InlineData("another group", RecordResult.DeadLettered)]
    [InlineData("group,another", RecordResult.DeadLettered)]
    public async Task Where_the_groups_are_not_known_only_a_name_that_can_be_another_groups_is_passed_over(
        string redrive, RecordResult result) =>
        Assert.Equal(result, Assert.Single((await new TestGroup().ProcessAsync(Redriven(0, redrive))).Records).Result);

    [Fact]
    public async Task The_last_header_counts_and_one_without_a_value_or_of_no_text_names_no_group()
    {
        var group = new TestGroup();
        ConsumedRecord[] records =
        [
            Record(0, "a|1") with { Headers = [Header("another"u8.ToArray()), Header("group"u8.ToArray())] },
            Record(1, "b|1") with { Headers = [Header("group"u8.ToArray()), Header(null)] },
            Record(2, "c|1") with { Headers = [Header([0xFF, 0xFE])] },
        ];

        var outcome = await group.ProcessAsync(records);

        Assert.Equal(
            [RecordResult.Applied, RecordResult.DeadLettered, RecordResult.DeadLettered], outcome.Records.Select(record => record.Result));
        Assert.Contains("bytes that are no UTF-8 text", outcome.Records[2].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_redriven_for_no_group_is_a_dead_letter_even_where_its_event_was_applied()
    {
        var group = new TestGroup();
        await group.ProcessAsync(Record(0, "a|1"));

        Assert.Equal("bad-redrive", Assert.Single((await group.ProcessAsync(Redriven(1, ""))).Records).Reason);
    }

    private static ConsumedRecord Redriven(long offset, string group) =>
        Record(offset, "a|1") with { Headers = [Header(Encoding.UTF8.GetBytes(group))] };

    private static RecordHeader Header(byte[]? value) => new("redrive-group", value);
}
