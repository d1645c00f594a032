using FunctionsConsumers.IntegrationTests.Cli;
using FunctionsConsumers.IntegrationTests.LocalHost;
using FunctionsConsumers.IntegrationTests.LocalHost.Kafka;

namespace FunctionsConsumers.IntegrationTests.EndToEnd;

[Collection<OnRealKafka>]
public sealed class BrokerRestartTests(RealKafka kafka, EmptyTables tables)
{
    private const int Partitions = 3;

    [Fact]
    public async Task A_broker_killed_while_its_records_are_consumed_loses_and_doubles_nothing_and_the_hosts_go_on_by_themselves()
    {
        kafka.RequireOwn();
        await using var deployment = await Deployment.MakeAsync(kafka, tables, Partitions);
        var host = await deployment.StartHostAsync();
        using var enough = new CancellationTokenSource();
        var traffic = deployment.ProduceUntilAsync(enough.Token);
        await Eventually.TrueAsync(() => deployment.Committed("billing", Partitions) > 100, "100 records that billing has committed");

        await kafka.KillAsync();
        await Eventually.TrueAsync(() => Says(host, "is away"), "the host's line that the broker is away");
        await kafka.StartAsync();
        await Eventually.TrueAsync(() => Says(host, "is back"), "the host's line that the broker is back");
        await enough.CancelAsync();

        // The producer goes on by itself too: what it took during the outage arrives now.
        var produced = await traffic;
        Assert.Equal(0, produced.Failed);
        var report = await deployment.AuditedAsync();
        Assert.Equal((produced.Records, produced.Orders, produced.Poison), (report.Records, report.DistinctOrders, report.Poison));
        Assert.False(host.Process.HasExited);
        Assert.DoesNotContain("   at ", host.Result.Error, StringComparison.Ordinal);
        await deployment.UntilSharedAsync(1, Partitions);
    }

    private static bool Says(FcProcess host, string text) => host.Result.Error.Contains(text, StringComparison.Ordinal);
}
