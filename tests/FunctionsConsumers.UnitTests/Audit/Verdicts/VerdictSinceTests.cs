using FunctionsConsumers.Audit;


namespace FunctionsConsumers.UnitTests.Audit.Verdicts;

/// <summary>An audit that begins at the offsets seen at the start of a run, over tables that hold what came before.</summary>
public sealed class VerdictSinceTests
{
    [Theory]
    [InlineData("billing")]
    [InlineData("inventory")]
    [InlineData("notification")]
    public void Effects_from_before_the_start_are_neither_counted_nor_doubled(string group)
    {
        var world = new AuditedWorld(group);
        world.SendAndApply("old", "Mouse", 4);
        world.Start[0] = 1;
        world.SendAndApply("new", "Laptop", 2);

        Assert.Equal(new GroupReport(group, 1, 0, 0, 0, 0, 0, 0, 0), world.Judge());
    }

    [Fact]
    public void An_order_applied_before_the_start_and_sent_again_is_a_duplicate()
    {
        var world = new AuditedWorld("inventory");
        world.SendAndApply("old", "Mouse", 4);
        world.Start[0] = 1;
        world.Send(AuditedWorld.Order("old", "Mouse", 4));

        Assert.Equal(new GroupReport("inventory", 0, 1, 0, 0, 0, 0, 0, 0), world.Judge());
    }

    [Fact]
    public void Another_order_under_an_id_applied_before_the_start_needs_its_dead_letter()
    {
        var world = new AuditedWorld("billing");
        world.SendAndApply("old", "Mouse", 4);
        world.Start[0] = 1;
        world.Send(AuditedWorld.Order("old", "Laptop", 1));

        Assert.Equal(1, world.Judge().Lost);
    }

    [Fact]
    public void Stock_reserved_twice_shows_even_among_older_orders()
    {
        var world = new AuditedWorld("inventory");
        world.SendAndApply("old", "Mouse", 4);
        world.Start[0] = 1;
        world.SendAndApply("new", "Mouse", 2);
        world.Table.AddReserved("Mouse", AuditedWorld.Topic, 2);

        Assert.Equal(2, world.Judge().StockOff);
    }

    [Fact]
    public void An_order_applied_from_another_topic_is_a_duplicate_here()
    {
        var world = new AuditedWorld("inventory");
        var record = world.Send(AuditedWorld.Order("a"));
        world.Apply(record, topic: "other-topic");

        Assert.Equal(new GroupReport("inventory", 0, 1, 0, 0, 0, 0, 0, 0), world.Judge());
    }
}
