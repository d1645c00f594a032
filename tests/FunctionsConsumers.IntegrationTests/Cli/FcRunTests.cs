using System.Text.Json.Nodes;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.IntegrationTests.Cli;

public sealed class FcRunTests : IAsyncDisposable
{
    private readonly Fc _fc = new();

    public ValueTask DisposeAsync() => _fc.DisposeAsync();

    [Fact]
    public async Task A_proving_run_handles_every_order_once_and_leaves_nothing_behind()
    {
        var run = await _fc.RunAsync("run --orders 300 --duplicates 0.2 --poison 0.1 --seed 7 --exit --json");

        Assert.True(run.ExitCode == 0, run.ToString());
        var report = JsonNode.Parse(run.Out)!;
        Assert.Equal((390, 300, 30), ((int)report["records"]!, (int)report["distinct_orders"]!, (int)report["poison"]!));
        Assert.Equal(Groups.All, report["groups"]!.AsArray().Select(group => (string)group!["group"]!));
        foreach (var group in report["groups"]!.AsArray())
        {
            Assert.Equal((300, 60, 30), ((int)group!["applied"]!, (int)group["duplicates"]!, (int)group["dead_lettered"]!));
            Assert.Equal((0, 0, 0, 0), ((int)group["lost"]!, (int)group["doubled"]!, (int)group["pending"]!, (int)group["outbox"]!));
        }

        Assert.True((bool)report["ok"]!);
        Assert.False(File.Exists(_fc.RunFile));
    }

    [Fact]
    public async Task Services_are_found_by_the_other_commands_and_hosts_share_them_even_when_one_is_killed()
    {
        var services = await _fc.StartAsync("services --partitions 3", "Ctrl-C");
        var first = await _fc.StartAsync("run", "Stop:");
        var second = await _fc.StartAsync("run", "Stop:");

        Assert.Equal(0, (await _fc.RunAsync("produce --count 1500 --duplicates 0.1 --poison 0.02 --seed 11")).ExitCode);
        first.Process.Kill();
        var audit = await _fc.RunAsync("audit --wait 150 --json");

        Assert.True(audit.ExitCode == 0, audit.ToString());
        Assert.Equal(1500, (int)JsonNode.Parse(audit.Out)!["distinct_orders"]!);

        Assert.Equal(0, (await second.TerminateAsync()).ExitCode);
        var stopped = await services.TerminateAsync();
        Assert.Equal(0, stopped.ExitCode);
        Assert.DoesNotContain("   at ", stopped.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_fc.RunFile));
    }

    [Fact]
    public async Task Nothing_to_talk_to_is_one_line_and_exit_code_2()
    {
        foreach (var command in (string[])["audit", "groups", "tail", "produce --count 1", "keys show 1", "dead-letters list", "outbox list", "audit --heal"])
        {
            var result = await _fc.RunAsync(command);
            Assert.Equal((2, ""), (result.ExitCode, result.Out));
            Assert.Contains("./run", Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.StartsWith("fc: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        }
    }
}
