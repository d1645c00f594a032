using FunctionsConsumers.Cli.ConsumerGroups;
using FunctionsConsumers.LocalHost.Files;

namespace FunctionsConsumers.UnitTests.Cli.ConsumerGroups;

public sealed class GroupStatusTests
{
    [Fact]
    public void Lag_is_what_lies_between_the_committed_offset_and_the_end()
    {
        var status = GroupStatus.Of(new GroupMembership("billing", "Stable", []), [new(0, 0, 10), new(1, 3, 8), new(2, 0, 5)], new Dictionary<int, long> { [0] = 7, [2] = 6 });

        Assert.Equal([new(0, 7, 10, 3), new(1, null, 8, 5), new PartitionStatus(2, 6, 5, 0)], status.Partitions);
        Assert.Equal(8, status.Lag);
    }

    [Fact]
    public void The_members_are_those_of_all_hosts_on_the_same_broker_and_topic()
    {
        HostReport[] reports =
        [
            new(1, "order-events", "here:1", [new("billing", "a", [2, 0]), new("inventory", "b", [])]),
            new(2, "order-events", "here:1", [new("billing", "c", [1]), new("inventory", "", [])]),
            new(3, "order-events", "elsewhere:1", [new("billing", "d", [0])]),
            new(4, "other", "here:1", [new("billing", "e", [0])]),
        ];

        var groups = GroupMembership.FromReports(reports, "here:1", "order-events", ["billing", "inventory", "notification"]);

        Assert.Equal(["Stable", "Stable", "Empty"], groups.Select(group => group.State));
        Assert.Equal(["a", "c"], groups[0].Members.Select(member => member.Id));
        Assert.Equal([0, 2], groups[0].Members[0].Partitions);
        Assert.Equal("b", Assert.Single(groups[1].Members).Id);
    }
}
