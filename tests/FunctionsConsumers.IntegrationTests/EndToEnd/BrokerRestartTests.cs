using FunctionsConsumers.IntegrationTests.LocalHost;
using FunctionsConsumers.IntegrationTests.LocalHost.Kafka;

namespace FunctionsConsumers.IntegrationTests.EndToEnd;

[Collection<OnRealKafka>]
public sealed class BrokerRestartTests(RealKafka kafka, EmptyTables tables)
{
    [Fact]
    public async Task A_broker_killed_while_its_records_are_consumed_loses_and_doubles_nothing_and_the_hosts_go_on_by_themselves()
    {
        kafka.RequireOwn();
        await using var deployment = await Deployment.MakeAsync(kafka, tables, partitions: 3);
        var host = await deployment.StartHostAsync();
        using var enough = new CancellationTokenSource();
        var traffic = deployment.ProduceUntilAsync(enough.Token);
        await Eventually.TrueAsync(async () => await deployment.CommittedAsync("billing") > 100, "100 records that billing has committed");

        await kafka.KillAsync();
        await kafka.StartAsync();
        var before = await deployment.CommittedAsync("billing");
        await Eventually.TrueAsync(async () => await deployment.CommittedAsync("billing") > before + 100, "another 100 records after the broker came back");
        await enough.CancelAsync();

        var produced = await traffic;
        Assert.Equal(0, produced.Failed);
        var report = await deployment.AuditedAsync();
        Assert.Equal((produced.Records, produced.Orders, produced.Poison), (report.Records, report.DistinctOrders, report.Poison));
        Assert.False(host.Process.HasExited);
        Assert.DoesNotContain("   at ", host.Result.Error, StringComparison.Ordinal);
        await deployment.UntilSharedAsync(1, 3);
    }
}
