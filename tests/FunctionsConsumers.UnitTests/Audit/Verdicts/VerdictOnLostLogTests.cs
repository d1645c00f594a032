using FunctionsConsumers.Audit;

namespace FunctionsConsumers.UnitTests.Audit.Verdicts;

/// <summary>Effects whose records the log does not hold any more: they are neither lost nor doubled, and the rest is judged.</summary>
public sealed class VerdictOnLostLogTests
{
    public static TheoryData<string> Groups => ["billing", "inventory", "notification"];

    [Theory]
    [MemberData(nameof(Groups))]
    public void Effects_of_a_topic_that_was_made_anew_are_not_audited_and_its_new_records_are(string group)
    {
        var world = new AuditedWorld(group);
        for (var order = 0; order < 7; order++)
        {
            world.SendAndApply($"old-{order}");
        }

        world.MakeTopicAnew();
        for (var order = 0; order < 10; order++)
        {
            world.SendAndApply($"new-{order}");
        }

        world.DeadLetter(world.Send("no order"));

        Assert.Equal(new GroupReport(group, 10, 0, 1, 0, 0, 0, 0, 0), world.Judge());
        Assert.Equal((7, 0), (world.Unaudited, world.Findings.Count));
    }

    [Fact]
    public void Effects_above_the_end_of_a_topic_that_was_made_anew_are_not_audited()
    {
        var world = new AuditedWorld("billing");
        world.SendAndApply("old-0");
        world.SendAndApply("old-1");
        world.MakeTopicAnew();
        world.SendAndApply("new-0");

        Assert.Equal(new GroupReport("billing", 1, 0, 0, 0, 0, 0, 0, 0), world.Judge());
        Assert.Equal(2, world.Unaudited);
    }

    [Fact]
    public void An_order_sent_again_to_a_topic_made_anew_is_a_duplicate_and_its_effect_comes_from_a_record_that_is_gone()
    {
        var world = new AuditedWorld("inventory");
        world.SendAndApply("a");
        world.SendAndApply("b", "Mouse");
        world.MakeTopicAnew();
        world.Send(AuditedWorld.Order("b", "Mouse"));
        world.Send(AuditedWorld.Order("a"));

        Assert.Equal(new GroupReport("inventory", 0, 2, 0, 0, 0, 0, 0, 0), world.Judge());
        Assert.Equal(2, world.Unaudited);
    }

    [Fact]
    public void A_dead_letter_of_the_topic_before_says_nothing_of_the_record_that_has_its_offset_now()
    {
        var world = new AuditedWorld("billing");
        world.DeadLetter(world.Send("no order"));
        world.MakeTopicAnew();
        world.Send("no order either");

        Assert.Equal((1, 0), world.Judge() is var report ? (report.Lost, report.DeadLettered) : default);
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Effects_of_records_that_were_compacted_away_are_not_audited(string group)
    {
        var world = new AuditedWorld(group);
        var compacted = world.SendAndApply("a");
        world.SendAndApply("b", "Mouse", 3);
        world.Drop(compacted);

        Assert.Equal(new GroupReport(group, 1, 0, 0, 0, 0, 0, 0, 0), world.Judge());
        Assert.Equal(1, world.Unaudited);
    }

    [Fact]
    public void Of_a_log_that_has_lost_its_beginning_the_rest_is_judged()
    {
        var world = new AuditedWorld("inventory");
        world.SendAndApply("a", "Mouse", 5);
        world.SendAndApply("b");
        world.Send(AuditedWorld.Order("a", "Mouse", 5));
        world.LogStart[0] = 1;

        Assert.Equal(new GroupReport("inventory", 1, 1, 0, 0, 0, 0, 0, 0), world.Judge());
        Assert.Equal(1, world.Unaudited);

        world.Send(AuditedWorld.Order("c"));
        world.Committed[0] = 4;
        Assert.Equal(1, world.Judge().Lost);
    }

    [Fact]
    public void An_effect_written_while_the_audit_looked_is_not_asked_about()
    {
        var world = new AuditedWorld("billing");
        world.SendAndApply("a");
        world.Apply(new AuditedRecord(0, 1, System.Text.Encoding.UTF8.GetBytes(AuditedWorld.Order("late")), world.Now));
        world.LogEnds[0] = 2;

        Assert.Equal(new GroupReport("billing", 1, 0, 0, 0, 0, 0, 0, 0), world.Judge());
        Assert.Equal(0, world.Unaudited);
    }
}
