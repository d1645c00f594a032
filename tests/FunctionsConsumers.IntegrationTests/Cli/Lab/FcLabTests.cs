using System.Text.Json.Nodes;
using FunctionsConsumers.IntegrationTests.Feeds;

namespace FunctionsConsumers.IntegrationTests.Cli.Lab;

public sealed class FcLabTests : IAsyncDisposable
{
    private readonly Fc _fc = new();

    public ValueTask DisposeAsync() => _fc.DisposeAsync();

    // With the README's own seed: its table shows these figures.
    [Fact]
    public async Task The_same_faults_lose_under_at_most_once_and_double_under_at_least_once_and_do_neither_under_effectively_once()
    {
        var lab = await _fc.RunAsync("lab --seed 7 --json");

        Assert.True(lab.ExitCode == 0, lab.ToString());
        var report = JsonNode.Parse(lab.Out)!;
        var (most, least, effectively) = (report["guarantees"]![0]!, report["guarantees"]![1]!, report["guarantees"]![2]!);
        Assert.True((int)most["lost"]! > 0, lab.ToString());
        Assert.Equal(0, (int)least["lost"]!);
        Assert.True((int)least["doubled"]! > (int)report["resends"]! * 3, lab.ToString());
        Assert.Equal((1500, 0, 0, 0, true),
            ((int)effectively["effects"]!, (int)effectively["lost"]!, (int)effectively["doubled"]!, (int)effectively["stock_off"]!,
            (bool)effectively["audited"]!));
        Assert.Equal(most["faults"]!.ToJsonString(), least["faults"]!.ToJsonString());
        Assert.True((bool)report["ok"]!);
        var readme = await File.ReadAllTextAsync(Path.Combine(Dotnet.Repository, "README.md"), TestContext.Current.CancellationToken);
        string[] columns = ["name", "effects", "lost", "doubled", "stock_off"];
        Assert.All(
            report["guarantees"]!.AsArray(),
            guarantee => Assert.Matches(string.Join(" +", columns.Select(column => guarantee![column]!.ToString())), readme));
    }

    [Fact]
    public async Task Hosts_killed_in_the_middle_of_traffic_lose_nothing_and_double_nothing()
    {
        var lab = await _fc.RunAsync(
            "lab kill --embedded --orders 2500 --poison 0.01 --rate 400 --every 3 --kills 3 --outage 3 --seed 7 --json");

        Assert.True(lab.ExitCode == 0, lab.ToString());
        var report = JsonNode.Parse(lab.Out)!;
        Assert.Equal((2775, 2500, 25), ((int)report["records"]!, (int)report["distinct_orders"]!, (int)report["poison"]!));
        foreach (var group in report["groups"]!.AsArray())
        {
            Assert.Equal((2500, 25, 0, 0, 0, 0),
                ((int)group!["applied"]!, (int)group["dead_lettered"]!, (int)group["lost"]!, (int)group["doubled"]!,
                (int)group["pending"]!, (int)group["outbox"]!));
        }

        Assert.InRange((int)report["kills"]!, 1, 3);
        Assert.InRange((int)report["kills_in_traffic"]!, 1, 3);
        Assert.True((double)report["table_outage_seconds"]! >= 3, lab.ToString());
        Assert.Null(report["broker_restart_seconds"]);
        Assert.Contains("was not restarted", (string)report["left_out"]![0]!, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(Path.GetDirectoryName(_fc.RunFile)!, "lab")));
    }

    [Fact]
    public async Task Hosts_and_a_real_broker_killed_in_the_middle_of_traffic_lose_nothing_and_double_nothing()
    {
        var home = Environment.GetEnvironmentVariable("KAFKA_HOME");
        Assert.SkipWhen(string.IsNullOrEmpty(home), "No real Kafka to kill: set KAFKA_HOME to a Kafka distribution.");
        var isSoak = Environment.GetEnvironmentVariable("SOAK_MINUTES") is { Length: > 0 };
        var orders = isSoak ? 100_000 : 1_500;
        var traffic = isSoak ? "" : "--rate 300 --every 3 --kills 2 --outage 2";

        var lab = await _fc.RunAsync(
            $"lab kill --kafka-home {home} --orders {orders} {traffic} --seed 7 --json", TimeSpan.FromMinutes(isSoak ? 40 : 3));

        Assert.True(lab.ExitCode == 0, lab.ToString());
        var report = JsonNode.Parse(lab.Out)!;
        Assert.Equal((orders, true), ((int)report["distinct_orders"]!, (bool)report["ok"]!));
        Assert.True((int)report["kills_in_traffic"]! > 0, lab.ToString());
        Assert.True((double)report["table_outage_seconds"]! >= 2, lab.ToString());
        Assert.True((double)report["broker_restart_seconds"]! > 0, lab.ToString());
        Assert.Empty(report["left_out"]!.AsArray());
    }
}
