using FunctionsConsumers.Orders;

namespace FunctionsConsumers.UnitTests;

public sealed class ConsumerFunctionsTests
{
    [Fact]
    public void Each_group_has_the_function_whose_trigger_names_it()
    {
        Assert.Equal(Groups.All.Order(StringComparer.Ordinal), ConsumerFunctions.ByGroup.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("NotificationServiceConsumer", ConsumerFunctions.ByGroup["notification"]);
    }
}
