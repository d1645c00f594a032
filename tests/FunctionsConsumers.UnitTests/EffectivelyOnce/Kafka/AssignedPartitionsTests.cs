using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce.Kafka;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Kafka;

public sealed class AssignedPartitionsTests
{
    private static readonly TopicPartition P0 = new("t", 0);
    private static readonly TopicPartition P1 = new("t", 1);

    private readonly AssignedPartitions _assigned = new();

    [Fact]
    public void A_partition_that_is_held_is_acted_on()
    {
        _assigned.Add([P0]);
        var acted = false;
        Assert.True(_assigned.IfHeld(P0, _assigned.AssignmentOf(P0)!.Value, () => acted = true));
        Assert.True(acted);
    }

    [Fact]
    public void A_partition_that_has_gone_is_not()
    {
        _assigned.Add([P0]);
        var assignment = _assigned.AssignmentOf(P0)!.Value;
        _assigned.Remove([P0]);
        Assert.Null(_assigned.AssignmentOf(P0));
        Assert.False(_assigned.IfHeld(P0, assignment, () => Assert.Fail("acted on a partition that has gone")));
    }

    [Fact]
    public void A_partition_that_went_and_came_back_is_held_under_another_assignment()
    {
        _assigned.Add([P0]);
        var before = _assigned.AssignmentOf(P0)!.Value;
        _assigned.Remove([P0]);
        _assigned.Add([P0]);
        Assert.NotEqual(before, _assigned.AssignmentOf(P0));
        Assert.False(_assigned.IfHeld(P0, before, () => Assert.Fail("acted under an old assignment")));
    }

    [Fact]
    public void A_partition_that_stays_keeps_its_assignment_when_another_comes()
    {
        _assigned.Add([P0]);
        var before = _assigned.AssignmentOf(P0);
        _assigned.Add([P1]);
        Assert.Equal(before, _assigned.AssignmentOf(P0));
        Assert.Equal([P0, P1], _assigned.All);
    }
}
