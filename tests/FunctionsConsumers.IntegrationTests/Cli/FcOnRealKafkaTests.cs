using System.Text.Json.Nodes;
using FunctionsConsumers.IntegrationTests.LocalHost.Kafka;

namespace FunctionsConsumers.IntegrationTests.Cli;

[Collection<OnRealKafka>]
public sealed class FcOnRealKafkaTests(RealKafka kafka) : IAsyncDisposable
{
    private readonly Fc _fc = new();

    public ValueTask DisposeAsync() => _fc.DisposeAsync();

    [Fact]
    public async Task A_proving_run_makes_its_topics_and_handles_every_order_once()
    {
        var topic = "orders-" + Guid.NewGuid().ToString("N");
        var at = $"--brokers {kafka.Brokers} --topic {topic}";
        var run = await _fc.RunAsync($"run {at} --orders 300 --duplicates 0.2 --poison 0.1 --seed 7 --exit --json");

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.True((bool)JsonNode.Parse(run.Out)!["ok"]!);
        var groups = JsonNode.Parse((await _fc.RunAsync($"groups {at} --json")).Out)!.AsArray();
        Assert.All(groups,
            group => Assert.Equal(("Empty", 0, 0), ((string)group!["state"]!, (int)group["lag"]!, group["members"]!.AsArray().Count)));
        Assert.Equal(6, groups[0]!["partitions"]!.AsArray().Count);
    }
}
