using FunctionsConsumers.EffectivelyOnce.Kafka;
using FunctionsConsumers.Operations.ConsumerGroups;
using FunctionsConsumers.Operations.Log;
using GroupMember = FunctionsConsumers.Operations.ConsumerGroups.GroupMember;

namespace FunctionsConsumers.UnitTests.Operations.ConsumerGroups;

public sealed class GroupsStatusTests
{
    private static readonly GroupMembership Nobody = new("billing", "Empty", []);

    [Fact]
    public void A_group_that_never_committed_has_all_of_the_log_to_go() =>
        Assert.Equal(7, GroupsStatus.Of(Nobody, [new PartitionRange(0, 3, 10)], new Dictionary<int, long>()).Lag);

    [Fact]
    public void What_the_broker_has_dropped_is_not_to_go() =>
        Assert.Equal(5, GroupsStatus.Of(Nobody, [new PartitionRange(0, 5, 10)], new Dictionary<int, long> { [0] = 2 }).Lag);

    [Theory]
    [InlineData("Empty", false)]
    [InlineData("Dead", false)]
    [InlineData("PreparingRebalance", true)]
    public void A_group_in_which_somebody_is_about_to_consume_is_active(string state, bool isActive) =>
        Assert.Equal(isActive, (Nobody with { State = state }).IsActive);

    [Fact]
    public void A_member_of_this_project_says_its_host_process_and_function_itself()
    {
        var member = BrokerGroupMembers.Named(
            ClientName.Of("host-1", 77, "BillingServiceConsumer"), "127.0.0.1", null, new GroupMember("id", [0]));
        var foreign = BrokerGroupMembers.Named("rdkafka", "127.0.0.1", "BillingServiceConsumer", new GroupMember("id", [0]));

        Assert.Equal(("host-1", "77", "BillingServiceConsumer"), (member.Host, member.Process, member.Function));
        Assert.Equal(("127.0.0.1", "rdkafka", "BillingServiceConsumer"), (foreign.Host, foreign.Process, foreign.Function));
    }
}
