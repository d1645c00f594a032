using FunctionsConsumers.IntegrationTests.LocalHost.Kafka;

namespace FunctionsConsumers.IntegrationTests.EndToEnd;

[Collection<OnRealKafka>]
public sealed class RebalanceTests(RealKafka kafka, EmptyTables tables)
{
    private const int Partitions = 6;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Members_that_join_and_leave_during_traffic_lose_and_double_nothing(int members)
    {
        await using var deployment = await Deployment.MakeAsync(kafka, tables, Partitions);
        var hosts = await Task.WhenAll(Enumerable.Range(0, members - 1).Select(_ => deployment.StartHostAsync()));
        await deployment.UntilSharedAsync(members - 1, Partitions);

        using var enough = new CancellationTokenSource();
        var traffic = deployment.ProduceUntilAsync(enough.Token);
        await deployment.StartHostAsync();
        await deployment.UntilSharedAsync(members, Partitions);
        await deployment.StopHostAsync(hosts[0]);
        await deployment.UntilSharedAsync(members - 1, Partitions);
        await enough.CancelAsync();

        var produced = await traffic;
        Assert.Equal(0, produced.Failed);
        var report = await deployment.AuditedAsync();
        Assert.Equal((produced.Records, produced.Orders, produced.Poison), (report.Records, report.DistinctOrders, report.Poison));
        Assert.All(report.Groups,
            group =>
            Assert.Equal((produced.Orders, produced.Resends, produced.Poison), (group.Applied, group.Duplicates, group.DeadLettered)));
        await deployment.UntilSharedAsync(members - 1, Partitions);
    }
}
