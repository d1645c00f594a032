using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;

using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

/// <summary>A decoder that says what an event means: here upper and lower case mean the same.</summary>
public sealed class CanonicalBytesTests
{
    [Fact]
    public async Task The_same_event_in_another_spelling_is_a_duplicate_whatever_its_key()
    {
        var group = Group();

        var outcome = await group.ProcessAsync(
            Record(0, "a|1|x"), Record(1, "a|1|X"), Record(2, "a|1|x", key: "another"), Record(3, "a|2|x"));

        Assert.Equal((1, 2, 1, 0), outcome.Counts());
        Assert.Equal(Fingerprint.Of("A|1|X"u8.ToArray()), Assert.Single(group.Rows("effect!")).Text("Fingerprint"));
        Assert.Equal(Fingerprint.Of("A|2|X"u8.ToArray()), Assert.Single(group.Rows("dead!")).Text("Fingerprint"));
    }

    [Fact]
    public async Task What_is_remembered_of_a_subject_is_compared_by_its_meaning_too()
    {
        var group = Group();
        await group.ProcessAsync(Record(0, "a|1|x"));
        var read = group.Store.RowsRead;

        Assert.Equal((0, 1, 0, 0), (await group.ProcessAsync(Record(1, "a|1|X"))).Counts());
        Assert.Equal(read, group.Store.RowsRead);
    }

    [Theory]
    [InlineData("effect")]
    [InlineData(null)]
    public async Task A_resend_of_an_event_that_an_earlier_version_applied_is_a_duplicate_and_no_dead_letter(string? effectKind)
    {
        var table = new MemoryTableStore();
        await new TestGroup(new CountedConsumer(effectKind), table).ProcessAsync(Record(0, "a|1|x"));
        var group = Group(table, effectKind);

        Assert.Equal((0, 1, 0, 0), (await group.ProcessAsync(Record(1, "a|1|x"))).Counts());
        Assert.Equal((0, 1, 0, 0), (await group.ProcessAsync(Record(2, "a|1|x", key: "another"))).Counts());
        Assert.Equal((0, 0, 1, 0), (await group.ProcessAsync(Record(3, "a|2|x"))).Counts());
        Assert.Equal(1, group.Sum());
    }

    [Fact]
    public async Task Of_an_earlier_versions_row_only_the_same_bytes_are_known_and_another_spelling_ends_as_a_dead_letter()
    {
        var table = new MemoryTableStore();
        await new TestGroup(table: table).ProcessAsync(Record(0, "a|1|x"));

        var outcome = await Group(table).ProcessAsync(Record(1, "a|1|X"));

        Assert.Equal("subject-exists", Assert.Single(outcome.Records).Reason);
    }

    [Fact]
    public async Task A_dead_letter_that_an_earlier_version_left_is_not_written_again()
    {
        var table = new MemoryTableStore();
        var conflict = Record(1, "a|2|x");
        await new TestGroup(table: table).ProcessAsync(Record(0, "a|1|x"), conflict);
        var group = Group(table);

        Assert.Equal((0, 1, 0, 0), (await group.ProcessAsync(conflict)).Counts());
        Assert.Single(group.Rows("dead!"));
    }

    [Fact]
    public async Task What_is_rejected_for_now_is_known_by_its_meaning_where_it_was_applied_before()
    {
        var table = new MemoryTableStore();
        await Group(table).ProcessAsync(Record(0, "a|1|x"));
        var group = Group(table);
        group.Decoder.Unknown.Add("a");

        Assert.Equal((0, 1, 0, 0), (await group.ProcessAsync(Record(1, "a|1|X"))).Counts());
    }

    private static TestGroup Group(MemoryTableStore? table = null, string? effectKind = "effect")
    {
        var group = new TestGroup(new CountedConsumer(effectKind), table);
        group.Decoder.IgnoresCase = true;
        return group;
    }
}
