using FunctionsConsumers.Audit;
using FunctionsConsumers.Audit.Tables;
using FunctionsConsumers.Audit.Verdicts;

namespace FunctionsConsumers.UnitTests.Audit.Verdicts;

public sealed class VerdictOnSkippedTests
{
    public static TheoryData<string> Groups => ["billing", "inventory", "notification"];

    [Theory]
    [MemberData(nameof(Groups))]
    public void What_was_skipped_on_purpose_is_counted_as_such_and_is_not_lost(string group)
    {
        var world = new AuditedWorld(group);
        world.SendAndApply("a");
        world.Send(AuditedWorld.Order("b"));
        world.Send("no order");
        world.SendAndApply("c");
        Skip(world, 1, 3);

        var report = world.Judge();

        Assert.Equal(new GroupReport(group, 2, 0, 0, 0, 0, 0, 0, 0, Skipped: 2), report);
        Assert.True(report.Ok);
        Assert.Empty(world.Findings);
    }

    [Fact]
    public void An_order_that_was_sent_again_beside_the_skipped_record_and_not_handled_is_lost()
    {
        var world = new AuditedWorld("billing");
        world.Send(AuditedWorld.Order("a"));
        world.Send(AuditedWorld.Order("a"));
        Skip(world, 0, 1);

        Assert.Equal((1, 1), (world.Judge().Lost, world.Judge().Skipped));
    }

    [Fact]
    public void A_skipped_order_that_another_record_brought_after_all_is_a_duplicate()
    {
        var world = new AuditedWorld("billing");
        world.Send(AuditedWorld.Order("a"));
        world.SendAndApply("a");
        Skip(world, 0, 1);

        Assert.Equal(new GroupReport("billing", 1, 1, 0, 0, 0, 0, 0, 0), world.Judge());
    }

    [Fact]
    public void Nobody_has_skipped_what_was_written_after_the_skip_to_a_topic_made_anew()
    {
        var world = new AuditedWorld("billing");
        Skip(world, 0, 1);
        world.Now = world.Now.AddMinutes(10);
        world.Send(AuditedWorld.Order("a"));

        Assert.Equal((1, 0), (world.Judge().Lost, world.Judge().Skipped));
    }

    [Fact]
    public void What_another_topic_skipped_says_nothing_here()
    {
        var world = new AuditedWorld("billing");
        world.Send(AuditedWorld.Order("a"));
        world.Table.Skipped.Add(new SkippedOffsets("returns", 0, 0, 1, world.Now.AddMinutes(1)));

        Assert.Equal(1, world.Judge().Lost);
    }

    [Fact]
    public void The_verdict_says_that_not_every_record_was_handled()
    {
        var sentence = Verdict.Sentence(
            "order-events", [new GroupReport("billing", 4, 0, 0, 0, 0, 0, 0, 0, Skipped: 2)], 0, gone: null, behind: null);

        Assert.Equal("Every record of order-events was handled once by billing, but for 2 that were skipped on purpose.", sentence);
    }

    private static void Skip(AuditedWorld world, long from, long to) =>
        world.Table.Skipped.Add(new SkippedOffsets(AuditedWorld.Topic, 0, from, to, world.Now.AddMinutes(5)));
}
