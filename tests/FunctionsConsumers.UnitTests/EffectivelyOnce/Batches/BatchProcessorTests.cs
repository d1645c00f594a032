using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Tables;

using static FunctionsConsumers.UnitTests.EffectivelyOnce.Batches.TestGroup;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Batches;

public sealed class BatchProcessorTests
{
    private static readonly SubmitResult TimedOut = new(SubmitStatus.Unknown, [], "timed out");

    [Fact]
    public async Task An_event_has_its_effect_key_counter_and_message_in_one_transaction()
    {
        var group = new TestGroup();
        var outcome = await group.ProcessAsync(Record(0, "a|5"));

        Assert.Equal((1, 0, 0, 0), outcome.Counts());
        Assert.Equal(1, group.Store.Submits);
        var effect = Assert.Single(group.Rows("effect!a"));
        Assert.Equal("applied", effect.Text("State"));
        Assert.Equal("a", effect.Text("Key"));
        Assert.Equal(64, effect.Text("Fingerprint")!.Length);
        Assert.Equal(5, group.Sum());
        Assert.Single(group.Rows("outbox!"));
        Assert.Single(group.Outbox.Offered);
    }

    [Fact]
    public async Task Without_a_duplicate_no_subjects_row_is_read()
    {
        var group = new TestGroup();
        await group.ProcessAsync(Record(0, "a|5"));
        var read = group.Store.RowsRead;
        await group.ProcessAsync(Record(1, "b|5"), Record(2, "c|5"));
        Assert.Equal(read, group.Store.RowsRead);
    }

    [Fact]
    public async Task A_batch_redelivered_after_a_crash_is_applied_once()
    {
        var table = new MemoryTableStore();
        ConsumedRecord[] records = [Record(0, "a|1"), Record(1, "b|2"), Record(2, "c|3")];
        await new TestGroup(table: table).ProcessAsync(records);
        var after = new TestGroup(table: table);
        var outcome = await after.ProcessAsync(records);

        Assert.Equal((0, 3, 0, 0), outcome.Counts());
        Assert.Equal(6, after.Sum());
        Assert.Equal(3, after.Rows("outbox!").Sum(OutboxRows.CountOf));
    }

    [Fact]
    public async Task A_resend_in_the_same_batch_is_suppressed_once_the_first_is_settled()
    {
        var group = new TestGroup();
        var outcome = await group.ProcessAsync(Record(0, "a|1"), Record(1, "a|1"), Record(2, "b|1", key: "k"), Record(3, "b|1"));
        Assert.Equal((2, 2, 0, 0), outcome.Counts());
        Assert.Equal(2, group.Sum());
    }

    [Fact]
    public async Task Another_payload_under_the_same_key_is_dead_lettered_as_key_reused()
    {
        var group = new TestGroup();
        var outcome = await group.ProcessAsync(Record(0, "a|1"), Record(1, "a|2"));
        Assert.Equal((1, 0, 1, 0), outcome.Counts());
        Assert.Equal("key-reused", Assert.Single(group.Rows("dead!")).Text("Reason"));
        Assert.Equal(1, group.Sum());
    }

    [Fact]
    public async Task Another_payload_under_another_key_is_dead_lettered_as_subject_exists()
    {
        var group = new TestGroup();
        await group.ProcessAsync(Record(0, "a|1", key: "one"), Record(1, "a|2", key: "two"));
        var dead = Assert.Single(group.Rows("dead!"));
        Assert.Equal("subject-exists", dead.Text("Reason"));
        Assert.Equal("topic:0:1", dead.Text("Key"));
        Assert.Equal("dead-lettered", dead.Text("State"));
    }

    [Fact]
    public async Task The_same_key_on_another_subject_is_another_event()
    {
        var group = new TestGroup();
        var outcome = await group.ProcessAsync(Record(0, "a|1", key: "k"), Record(1, "b|1", key: "k"));
        Assert.Equal(2, outcome.Applied);
    }

    [Fact]
    public async Task Poison_is_dead_lettered_and_the_rest_of_the_batch_goes_on()
    {
        var group = new TestGroup();
        var outcome = await group.ProcessAsync(Record(0, "a|1"), Record(1, "poison"), Record(2, "b|1"));
        Assert.Equal((2, 0, 1, 0), outcome.Counts());
        Assert.Equal("poison", Assert.Single(group.Rows("dead!topic:0:1")).Text("Reason"));
    }

    [Fact]
    public async Task Poison_redelivered_is_dead_lettered_once()
    {
        var table = new MemoryTableStore();
        await new TestGroup(table: table).ProcessAsync(Record(0, "poison"));
        var group = new TestGroup(table: table);
        Assert.Equal((0, 1, 0, 0), (await group.ProcessAsync(Record(0, "poison"))).Counts());
        Assert.Single(group.Rows("outbox!"));
    }

    [Fact]
    public async Task A_dead_letters_row_of_another_record_at_the_same_coordinates_is_replaced()
    {
        var table = new MemoryTableStore();
        await new TestGroup(table: table).ProcessAsync(Record(0, "poison"));
        var group = new TestGroup(table: table);
        var anew = Record(0, "other poison") with { Timestamp = DateTimeOffset.UnixEpoch };
        Assert.Equal(1, (await group.ProcessAsync(anew)).DeadLettered);
        Assert.Equal(DateTimeOffset.UnixEpoch, Assert.Single(group.Rows("dead!")).Columns["RecordTimestamp"]);
        Assert.Equal(2, group.Rows("outbox!").Count);
    }

    [Fact]
    public async Task An_answer_lost_after_the_commit_is_found_to_be_its_own()
    {
        var group = new TestGroup();
        group.Store.After = (number, result) => number == 1 ? TimedOut : result;
        Assert.Equal((2, 0, 0, 0), (await group.ProcessAsync(Record(0, "a|1"), Record(1, "b|2"))).Counts());
        Assert.Equal(3, group.Sum());
        Assert.Equal(2, group.Outbox.Offered.Count());
    }

    [Fact]
    public async Task A_conflict_that_the_sdks_own_retry_caused_is_no_duplicate()
    {
        var group = new TestGroup();
        group.Store.Before = (number, bucket, operations) =>
        {
            if (number == 1)
            {
                group.Store.Inner.Submit(bucket, operations);
            }

            return null;
        };
        Assert.Equal((1, 0, 0, 0), (await group.ProcessAsync(Record(0, "a|1"))).Counts());
        Assert.Equal(1, group.Sum());
    }

    [Fact]
    public async Task A_transaction_that_commits_late_does_no_harm()
    {
        var group = new TestGroup();
        var late = (Bucket: "", Operations: (IReadOnlyList<RowOperation>)[]);
        group.Store.Before = (number, bucket, operations) =>
        {
            switch (number)
            {
                case 1:
                    late = (bucket, operations);
                    return TimedOut;
                case 2:
                    group.Store.Inner.Submit(late.Bucket, late.Operations);
                    return null;
                default:
                    return null;
            }
        };
        Assert.Equal((2, 0, 0, 0), (await group.ProcessAsync(Record(0, "a|1"), Record(1, "b|2"))).Counts());
        Assert.Equal(3, group.Sum());
    }

    [Fact]
    public async Task Counters_are_computed_anew_when_a_record_leaves_the_plan()
    {
        var table = new MemoryTableStore();
        await new TestGroup(table: table).ProcessAsync(Record(0, "b|10"));
        var group = new TestGroup(table: table);
        Assert.Equal((2, 1, 0, 0), (await group.ProcessAsync(Record(1, "a|1"), Record(2, "b|10"), Record(3, "c|2"))).Counts());
        Assert.Equal(13, group.Sum());
    }

    [Fact]
    public async Task A_counter_that_another_owner_moved_is_read_anew()
    {
        var table = new MemoryTableStore();
        var one = new TestGroup(table: table);
        var two = new TestGroup(table: table);
        await one.ProcessAsync(Record(0, "a|1"));
        await two.ProcessAsync(Record(1, "b|2"));
        await one.ProcessAsync(Record(2, "c|4"));
        Assert.Equal(7, one.Sum());
    }

    [Fact]
    public async Task A_counter_of_two_columns_keeps_both_whichever_is_added_to()
    {
        var group = new TestGroup(new PlannedConsumer(
            (@event, _) => new Plan { Additions = [new Addition("sum!1", @event.Subject[..1] == "a" ? "A" : "B", @event.Amount)] }));
        await group.ProcessAsync(Record(0, "a0|1"));
        await group.ProcessAsync(Record(1, "b1|10"));
        await group.ProcessAsync(Record(2, "a2|2"));
        await group.ProcessAsync(Record(3, "b3|20"), Record(4, "a4|4"));
        var counter = Assert.Single(group.Rows("sum!"));
        Assert.Equal((7L, 30L), (counter.Columns["A"], counter.Columns["B"]));
    }

    [Fact]
    public async Task A_record_that_the_service_refuses_alone_is_dead_lettered_as_refused()
    {
        var group = new TestGroup();
        group.Store.Before = (_, _, operations) => operations.Any(operation => operation.RowKey == "effect!b")
            ? new SubmitResult(SubmitStatus.Refused, [], "400 InvalidInput")
            : null;
        Assert.Equal((2, 0, 1, 0), (await group.ProcessAsync(Record(0, "a|1"), Record(1, "b|2"), Record(2, "c|4"))).Counts());
        Assert.Equal("refused", Assert.Single(group.Rows("dead!")).Text("Reason"));
        Assert.Equal(5, group.Sum());
    }

    [Fact]
    public async Task An_event_whose_effects_do_not_fit_one_transaction_is_too_wide()
    {
        var group = new TestGroup(new CountedConsumer(inserts: 100));
        Assert.Equal(1, (await group.ProcessAsync(Record(0, "a|1"))).DeadLettered);
        Assert.Equal("too-wide", Assert.Single(group.Rows("dead!")).Text("Reason"));
        Assert.Empty(group.Rows("effect!"));
    }

    [Fact]
    public async Task A_batch_of_more_rows_than_a_transaction_takes_is_split_between_events()
    {
        var group = new TestGroup(new CountedConsumer(inserts: 30));
        var outcome = await group.ProcessAsync([.. Enumerable.Range(0, 10).Select(i => Record(i, $"s{i}|1"))]);
        Assert.Equal(10, outcome.Applied);
        Assert.Equal(4, group.Store.Submits);
        Assert.Equal(300, group.Rows("line!").Count);
    }

    [Fact]
    public async Task A_wrong_setting_fails_the_batch_at_once()
    {
        var group = new TestGroup();
        group.Store.Before = (_, _, _) => new SubmitResult(SubmitStatus.Misconfigured, [], "OrderTables: wrong key");
        var failure = await Assert.ThrowsAsync<SettingException>(() => group.ProcessAsync(Record(0, "a|1")));
        Assert.Contains("OrderTables", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_deadline_passes_the_batch_fails_and_says_why()
    {
        var group = new TestGroup(deadline: TimeSpan.FromSeconds(20));
        group.Store.Before = (_, _, _) => new SubmitResult(SubmitStatus.Unknown, [], "503 ServerBusy");
        var failure = await Assert.ThrowsAsync<BatchDeadlineException>(() => group.ProcessAsync(Record(0, "a|1")));
        Assert.Contains("503 ServerBusy", failure.Message, StringComparison.Ordinal);
        Assert.Contains("EffectivelyOnce__BatchDeadline", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_comes_back_before_the_deadline_loses_nothing()
    {
        var group = new TestGroup();
        group.Store.Before = (number, _, _) => number < 5 ? new SubmitResult(SubmitStatus.Unknown, [], "503 ServerBusy") : null;
        var reads = 0;
        group.Store.OnRead = () => ++reads % 2 == 0 ? new StoreUnavailableException("503") : null;
        Assert.Equal(1, (await group.ProcessAsync(Record(0, "a|1"))).Applied);
        Assert.Equal(1, group.Sum());
    }

    [Fact]
    public async Task A_caller_that_gives_up_gets_its_cancellation()
    {
        var group = new TestGroup();
        using var cancelled = new CancellationTokenSource();
        group.Store.Before = (_, _, _) =>
        {
            cancelled.Cancel();
            return TimedOut;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => group.Processor.ProcessAsync([Record(0, "a|1")], cancelled.Token));
    }

    [Fact]
    public async Task A_verdict_that_hangs_on_changing_data_is_given_only_after_the_data_was_read_again()
    {
        var group = new TestGroup();
        group.Decoder.Unknown.Add("a");
        group.Decoder.OnRefresh = () => group.Decoder.Unknown.Clear();
        Assert.Equal((1, 0, 0, 0), (await group.ProcessAsync(Record(0, "a|1"))).Counts());
        Assert.Equal(1, group.Decoder.Refreshed);
    }

    [Fact]
    public async Task What_an_owner_with_a_newer_view_applied_is_a_duplicate_and_not_poison()
    {
        var table = new MemoryTableStore();
        await new TestGroup(table: table).ProcessAsync(Record(0, "a|1"));
        var group = new TestGroup(table: table);
        group.Decoder.Unknown.Add("a");
        Assert.Equal((0, 1, 0, 0), (await group.ProcessAsync(Record(0, "a|1"))).Counts());
        Assert.Empty(group.Rows("dead!"));
    }

    [Fact]
    public async Task What_stays_unknown_is_dead_lettered_and_does_not_claim_its_subject()
    {
        var group = new TestGroup();
        group.Decoder.Unknown.Add("a");
        Assert.Equal(1, (await group.ProcessAsync(Record(0, "a|1"))).DeadLettered);
        group.Decoder.Unknown.Clear();
        Assert.Equal(1, (await group.ProcessAsync(Record(1, "a|1"))).Applied);
    }

    [Fact]
    public async Task A_record_redriven_for_another_group_is_passed_over()
    {
        var group = new TestGroup();
        var record = Record(0, "a|1") with { Headers = [new RecordHeader("redrive-group", "other"u8.ToArray())] };
        Assert.Equal((0, 0, 0, 1), (await group.ProcessAsync(record)).Counts());
        Assert.Empty(group.Rows("effect!"));
    }

    [Fact]
    public async Task A_consumer_without_effects_of_its_own_keeps_a_row_for_the_key()
    {
        var group = new TestGroup(new CountedConsumer(effectKind: null));
        await group.ProcessAsync(Record(0, "a|1"));
        var outcome = await group.ProcessAsync(Record(1, "a|1"));
        Assert.Equal(1, outcome.Duplicates);
        Assert.Equal("a", Assert.Single(group.Rows("key!a")).Text("Key"));
        Assert.Equal(1, group.Sum());
    }

    [Fact]
    public async Task A_suppressed_duplicate_prolongs_a_row_that_is_nothing_but_a_key()
    {
        var group = new TestGroup(new CountedConsumer(effectKind: null));
        await group.ProcessAsync(Record(0, "a|1"));
        var before = Assert.Single(group.Rows("key!a")).ETag;
        await group.ProcessAsync(Record(1, "a|1"));
        Assert.NotEqual(before, Assert.Single(group.Rows("key!a")).ETag);
    }

    [Fact]
    public async Task A_duplicate_is_judged_from_memory_only_by_subject_key_and_fingerprint()
    {
        var group = new TestGroup();
        await group.ProcessAsync(Record(0, "a|1"));
        var submits = group.Store.Submits;
        Assert.Equal(1, (await group.ProcessAsync(Record(1, "a|1", key: "another"))).Duplicates);
        Assert.Equal(submits, group.Store.Submits);
        Assert.Equal(1, (await group.ProcessAsync(Record(2, "a|7", key: "another"))).DeadLettered);
        Assert.Equal("subject-exists", Assert.Single(group.Rows("dead!")).Text("Reason"));
    }
}
