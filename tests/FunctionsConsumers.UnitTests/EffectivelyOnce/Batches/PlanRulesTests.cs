using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Batches;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

/// <summary>Whatever a planner returns, the record ends applied or as a dead letter with a reason, or the start refuses it.</summary>
public sealed class PlanRulesTests
{
    private static readonly Dictionary<string, object> None = [];

    /// <summary>Plans that no record may stop its partition by, each under a name.</summary>
    private static readonly Dictionary<string, Func<EventIdentity, Plan>> Forbidden = new()
    {
        ["null"] = _ => null!,
        ["no effect"] = _ => new Plan { Effect = null! },
        ["no inserts"] = _ => new Plan { Inserts = null! },
        ["no additions"] = _ => new Plan { Additions = null! },
        ["no messages"] = _ => new Plan { Messages = null! },
        ["it throws"] = _ => throw new InvalidOperationException("a mistake"),
        ["it is cancelled"] = _ => throw new OperationCanceledException("a mistake"),
        ["a null insert"] = _ => new Plan { Inserts = [null!] },
        ["an insert without columns"] = _ => new Plan { Inserts = [new RowInsert("line!1", null!)] },
        ["a null row key"] = _ => new Plan { Inserts = [new RowInsert(null!, None)] },
        ["an empty row key"] = _ => new Plan { Inserts = [new RowInsert("", None)] },
        ["a long row key"] = _ => new Plan { Inserts = [new RowInsert(new string('a', 513), None)] },
        ["a row key with a slash"] = _ => new Plan { Inserts = [new RowInsert("line!a/b", None)] },
        ["a row key with a control character"] = _ => new Plan { Inserts = [new RowInsert("line!a\u0085", None)] },
        ["a row key with half a pair"] = _ => new Plan { Inserts = [new RowInsert("line!a\ud800", None)] },
        ["a key's row"] = _ => new Plan { Inserts = [new RowInsert("key!b", None)] },
        ["a dead letter's row"] = _ => new Plan { Inserts = [new RowInsert("dead!topic:0:1", None)] },
        ["a message's row"] = _ => new Plan { Inserts = [new RowInsert("outbox!b", None)] },
        ["another subject's effect"] = _ => new Plan { Inserts = [new RowInsert("effect!b", None)] },
        ["its own effect"] = identity => new Plan { Inserts = [new RowInsert("effect!" + identity.Subject, None)] },
        ["a row twice"] = _ => new Plan { Inserts = [new RowInsert("line!1", None), new RowInsert("line!1", None)] },
        ["a row inserted and added to"] = _ =>
            new Plan { Inserts = [new RowInsert("line!1", None)], Additions = [new Addition("line!1", "Sum", 1)] },
        ["a null addition"] = _ => new Plan { Additions = [null!] },
        ["an addition to an effect"] = _ => new Plan { Additions = [new Addition("effect!b", "Amount", 1)] },
        ["an addition to a message"] = _ => new Plan { Additions = [new Addition("outbox!b", "Parts", 1)] },
        ["an addition to no column"] = _ => new Plan { Additions = [new Addition("sum!1", null!, 1)] },
        ["an addition that overflows by itself"] = _ =>
            new Plan { Additions = [new Addition("sum!1", "Sum", long.MaxValue), new Addition("sum!1", "Sum", 1)] },
        ["a null value"] = _ => new Plan { Effect = new Dictionary<string, object> { ["Amount"] = null! } },
        ["a decimal"] = _ => new Plan { Effect = new Dictionary<string, object> { ["Amount"] = 1.5m } },
        ["not a number"] = _ => new Plan { Effect = new Dictionary<string, object> { ["Amount"] = double.NaN } },
        ["a time before the service's"] = _ => new Plan { Effect = new Dictionary<string, object> { ["At"] = DateTimeOffset.MinValue } },
        ["a column without a name"] = _ => new Plan { Effect = new Dictionary<string, object> { [""] = 1 } },
        ["a column with a blank"] = _ => new Plan { Effect = new Dictionary<string, object> { ["the amount"] = 1 } },
        ["a null message"] = _ => new Plan { Messages = [null!] },
        ["a message without a kind"] = _ => new Plan { Messages = [new PlannedMessage(null!, [])] },
        ["a message without a payload"] = _ => new Plan { Messages = [new PlannedMessage("test", null!)] },
        ["a message of a long kind"] = _ => new Plan { Messages = [new PlannedMessage(new string('k', 40_000), [])] },
        ["a message of the library's kind"] = _ => new Plan { Messages = [new PlannedMessage("dead-letter", [1, 2, 3])] },
    };

    public static TheoryData<string> ForbiddenPlans => [.. Forbidden.Keys];

    [Theory]
    [MemberData(nameof(ForbiddenPlans))]
    public async Task An_event_with_a_plan_that_is_forbidden_is_a_dead_letter_and_the_rest_of_the_batch_goes_on(string plan)
    {
        var group = Group((@event, identity) => @event.Subject == "bad" ? Forbidden[plan](identity) : new Plan());
        Assert.Equal((2, 0, 1, 0), (await group.ProcessAsync(Record(0, "a|1"), Record(1, "bad|1"), Record(2, "b|1"))).Counts());
        Assert.Equal("refused", Assert.Single(group.Rows("dead!")).Text("Reason"));
        Assert.Equal(["effect!a", "effect!b"], group.Rows("effect!").Select(row => row.RowKey));
    }

    [Theory]
    [InlineData("PartitionKey")]
    [InlineData("RowKey")]
    [InlineData("Timestamp")]
    [InlineData("Key")]
    [InlineData("State")]
    [InlineData("Fingerprint")]
    [InlineData("Attempt")]
    [InlineData("Topic")]
    [InlineData("Partition")]
    [InlineData("Offset")]
    [InlineData("AppliedAt")]
    [InlineData("ProlongedAt")]
    [InlineData("SeenAt")]
    public async Task A_plan_that_writes_a_column_of_the_librarys_is_refused_and_nothing_of_it_is_written(string column)
    {
        var columns = new Dictionary<string, object> { [column] = "x" };
        foreach (var plan in (Plan[])[new() { Effect = columns }, new() { Inserts = [new RowInsert("line!1", columns)] },
            new() { Additions = [new Addition("sum!1", column, 1)] }])
        {
            var group = Group((_, _) => plan);
            Assert.Equal(1, (await group.ProcessAsync(Record(0, "a|1"))).DeadLettered);
            Assert.Empty(group.Rows("effect!"));
        }
    }

    [Theory]
    [InlineData("key")]
    [InlineData("dead")]
    [InlineData("outbox")]
    [InlineData("meta")]
    [InlineData("")]
    [InlineData("an effect")]
    [InlineData("a!b")]
    [InlineData("a/b")]
    public void A_consumer_whose_kind_of_effect_is_the_librarys_own_is_refused_at_the_start(string kind)
    {
        var refused = Assert.Throws<ArgumentException>(() => new TestGroup(new CountedConsumer(effectKind: kind)));
        Assert.Contains("group", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_decoder_that_throws_makes_a_dead_letter()
    {
        var group = new TestGroup();
        group.Decoder.Throws = true;
        Assert.Equal((0, 0, 1, 0), (await group.ProcessAsync(Record(0, "a|1"))).Counts());
        Assert.Equal("refused", Assert.Single(group.Rows("dead!")).Text("Reason"));
    }

    [Fact]
    public async Task An_addition_that_would_overflow_a_counter_is_a_dead_letter_and_the_counter_stays_as_it_is()
    {
        var group = new TestGroup();
        await group.ProcessAsync(Record(0, "a|5"));
        var counter = Assert.Single(group.Rows("sum!"));
        group.Store.Inner.Submit(counter.PartitionKey,
            [RowOperation.Merge(counter.RowKey, new Dictionary<string, object> { ["Sum"] = long.MaxValue - 10 }, counter.ETag)]);

        var outcome = await new TestGroup(table: group.Store.Inner).ProcessAsync(Record(1, "b|7"), Record(2, "c|8"), Record(3, "d|3"));
        Assert.Equal((2, 0, 1, 0), outcome.Counts());
        Assert.Equal("refused", Assert.Single(group.Rows("dead!")).Text("Reason"));
        Assert.Equal(long.MaxValue, group.Sum());
    }

    [Fact]
    public async Task A_counter_that_only_seemed_to_overflow_is_read_anew_before_anything_is_refused()
    {
        var group = new TestGroup();
        await group.ProcessAsync(Record(0, "a|1"));
        Set(group, long.MaxValue - 1);
        await group.ProcessAsync(Record(1, "b|1"));
        Set(group, 0);
        Assert.Equal(1, (await group.ProcessAsync(Record(2, "c|5"))).Applied);
        Assert.Equal(5, group.Sum());
    }

    [Fact]
    public async Task An_addition_to_a_column_that_is_no_whole_number_is_a_dead_letter_and_the_column_stays()
    {
        var group = new TestGroup();
        await group.ProcessAsync(Record(0, "a|1"));
        Set(new TestGroup(table: group.Store.Inner), "text");
        Assert.Equal(1, (await new TestGroup(table: group.Store.Inner).ProcessAsync(Record(1, "b|1"))).DeadLettered);
        Assert.Equal("text", Assert.Single(group.Rows("sum!")).Columns["Sum"]);
    }

    [Fact]
    public async Task Redelivered_after_it_was_applied_an_addition_that_no_longer_fits_is_a_duplicate()
    {
        var group = new TestGroup();
        await group.ProcessAsync(Record(0, "a|5"));
        Set(group, long.MaxValue);
        Assert.Equal((0, 1, 0, 0), (await new TestGroup(table: group.Store.Inner).ProcessAsync(Record(0, "a|5"))).Counts());
        Assert.Empty(group.Rows("dead!"));
    }

    [Theory]
    [InlineData("effect")]
    [InlineData(null)]
    public async Task What_an_earlier_version_applied_is_a_duplicate_though_the_plan_of_now_does_not_fit(string? effectKind)
    {
        var table = new MemoryTableStore();
        await new TestGroup(new CountedConsumer(effectKind), table).ProcessAsync(Record(0, "a|1"));
        foreach (var now in (IConsumer<Counted>[])[new CountedConsumer(effectKind, inserts: 100),
            new PlannedConsumer((_, _) => throw new InvalidOperationException(), effectKind)])
        {
            var group = new TestGroup(now, table);
            Assert.Equal((0, 1, 0, 0), (await group.ProcessAsync(Record(1, "a|1"))).Counts());
            Assert.Empty(group.Rows("dead!"));
        }
    }

    [Fact]
    public async Task What_was_applied_is_a_duplicate_though_the_service_refuses_the_plan_of_now()
    {
        var table = new MemoryTableStore();
        await new TestGroup(table: table).ProcessAsync(Record(0, "a|1"));
        var group = new TestGroup(table: table);
        group.Store.Before = (_, _, operations) =>
            operations.Any(operation => operation.RowKey == "effect!a") ? new SubmitResult(SubmitStatus.Refused, [], "400") : null;
        Assert.Equal((1, 1, 0, 0), (await group.ProcessAsync(Record(0, "a|1"), Record(1, "b|1"))).Counts());
        Assert.Empty(group.Rows("dead!"));
    }

    [Fact]
    public async Task What_was_applied_is_a_duplicate_though_the_decoder_of_now_rejects_it()
    {
        var table = new MemoryTableStore();
        await new TestGroup(table: table).ProcessAsync(Record(0, "a|1"), Record(1, "b|1"));
        var group = new TestGroup(table: table);
        group.Decoder.Rejected.UnionWith(["a", "c"]);
        Assert.Equal((0, 1, 2, 0), (await group.ProcessAsync(Record(0, "a|1"), Record(2, "a|2"), Record(3, "c|1"))).Counts());
        Assert.All(group.Rows("dead!"), row => Assert.Equal("rejected", row.Text("Reason")));
    }

    [Fact]
    public async Task An_event_whose_further_row_another_event_has_inserted_is_a_dead_letter()
    {
        var group = Group((_, _) => new Plan { Inserts = [new RowInsert("line!shared", None)] });
        Assert.Equal((1, 0, 2, 0), (await group.ProcessAsync(Record(0, "a|1"), Record(1, "b|1"), Record(2, "c|1"))).Counts());
        Assert.All(group.Rows("dead!"), row => Assert.Equal("refused", row.Text("Reason")));
        var again = await Group((_, _) => new Plan { Inserts = [new RowInsert("line!shared", None)] }, group.Store.Inner)
            .ProcessAsync(Record(0, "a|1"), Record(1, "b|1"), Record(2, "c|1"));
        Assert.Equal((0, 3, 0, 0), again.Counts());
    }

    [Fact]
    public async Task Subjects_that_differ_in_an_unpaired_surrogate_are_different_events_with_different_messages()
    {
        var group = new TestGroup();
        group.Decoder.SubjectOf = subject => subject == "b" ? "x\ud801" : "x\ud800";
        Assert.Equal((2, 0, 0, 0), (await group.ProcessAsync(Record(0, "a|1"), Record(1, "b|2"))).Counts());
        Assert.Equal(2, group.Outbox.Offered.Select(message => message.Id).Distinct().Count());
        Assert.Equal((0, 2, 0, 0), (await group.ProcessAsync(Record(0, "a|1"), Record(1, "b|2"))).Counts());
    }

    [Fact]
    public async Task A_subject_too_long_for_its_messages_row_is_a_dead_letter()
    {
        var group = new TestGroup();
        group.Decoder.SubjectOf = _ => new string('s', 40_000);
        Assert.Equal(1, (await group.ProcessAsync(Record(0, "a|1", key: "k"))).DeadLettered);
        Assert.Equal("too-large", Assert.Single(group.Rows("dead!")).Text("Reason"));
    }

    private static void Set(TestGroup group, object sum)
    {
        var counter = Assert.Single(group.Rows("sum!"));
        group.Store.Inner.Submit(
            counter.PartitionKey, [RowOperation.Merge(counter.RowKey, new Dictionary<string, object> { ["Sum"] = sum }, counter.ETag)]);
    }

    private static TestGroup Group(Func<Counted, EventIdentity, Plan> plan, MemoryTableStore? table = null) =>
        new(new PlannedConsumer(plan), table);
}
