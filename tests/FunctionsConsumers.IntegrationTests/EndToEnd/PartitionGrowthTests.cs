using FunctionsConsumers.IntegrationTests.LocalHost.Kafka;
using FunctionsConsumers.Lab.Traffic;

namespace FunctionsConsumers.IntegrationTests.EndToEnd;

[Collection<OnRealKafka>]
public sealed class PartitionGrowthTests(RealKafka kafka, EmptyTables tables)
{
    [Fact]
    public async Task Orders_sent_again_to_the_new_partitions_of_a_grown_topic_are_suppressed_and_new_ones_applied()
    {
        await using var deployment = await Deployment.MakeAsync(kafka, tables, partitions: 3);
        var orders = Enumerable.Range(1, 90).Select(number => ValidOrders.Make(3, number)).ToList();
        await deployment.StartHostAsync();
        deployment.Produce(orders.Take(60), place => place % 3);
        Assert.All((await deployment.AuditedAsync()).Groups, group => Assert.Equal((60, 0), (group.Applied, group.Duplicates)));

        // The host that joins makes the group look at the topic anew; by itself it would within five minutes.
        await deployment.GrowAsync(6);
        await deployment.StartHostAsync();
        await deployment.UntilSharedAsync(2, 6);
        deployment.Produce(orders.Take(60), place => 3 + place % 3);
        deployment.Produce(orders.Skip(60), place => place % 6);

        var report = await deployment.AuditedAsync();
        Assert.Equal((150, 90), (report.Records, report.DistinctOrders));
        Assert.All(report.Groups, group => Assert.Equal((90, 60, 0), (group.Applied, group.Duplicates, group.DeadLettered)));
    }
}
