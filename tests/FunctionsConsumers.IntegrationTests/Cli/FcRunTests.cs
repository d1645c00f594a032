using System.Text.Json;
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
    public async Task Of_two_runs_started_at_the_same_moment_one_starts_the_services_and_the_other_joins_them()
    {
        var both = await Task.WhenAll(_fc.StartAsync("run", "Stop:"), _fc.StartAsync("run", "Stop:"));
        var audit = await _fc.RunAsync("produce --count 50");
        Assert.True(audit.ExitCode == 0, audit.ToString());
        using var found = JsonDocument.Parse(await File.ReadAllTextAsync(_fc.RunFile, TestContext.Current.CancellationToken));
        var brokers = found.RootElement.GetProperty("brokers").GetString()!;
        var reports = Directory.GetFiles(Path.Combine(_fc.Home, ".local", "hosts")).Select(File.ReadAllText).ToList();
        Assert.Equal(2, reports.Count);
        Assert.All(reports, report => Assert.Contains($"\"{brokers}\"", report, StringComparison.Ordinal));

        // The one that joined goes first, as a person would stop it; the services' holder leaves nothing.
        var holder = both.Single(run => run.Process.Id == found.RootElement.GetProperty("pid").GetInt32());
        Assert.Equal(0, (await both.Single(run => run != holder).TerminateAsync()).ExitCode);
        Assert.Equal(0, (await holder.TerminateAsync()).ExitCode);
        Assert.False(File.Exists(_fc.RunFile));
    }

    [Fact]
    public async Task Tables_that_end_while_the_host_starts_beside_them_are_named_and_nothing_is_left_behind()
    {
        _fc.Settings["AZURITE_HOME"] = AzuriteThat("console.error('no room'); process.exit(3);");
        var run = await _fc.RunAsync("run");

        Assert.Equal(2, run.ExitCode);
        Assert.EndsWith(
            "fc: Azurite, the embedded table service, ended by itself with exit code 3; it said: no room\n", run.Error,
            StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_fc.RunFile));
    }

    [Fact]
    public async Task Other_commands_find_the_services_only_when_the_tables_answer()
    {
        _fc.Settings["AZURITE_HOME"] = AzuriteThat("setInterval(() => {}, 1000);");
        var run = await _fc.StartAsync("run", "tables   http");

        Assert.False(File.Exists(_fc.RunFile));
        var stopped = await run.TerminateAsync();
        Assert.DoesNotContain("   at ", stopped.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_fc.RunFile));
    }

    [Fact]
    public async Task A_run_that_was_killed_leaves_no_services_to_join_whatever_id_its_file_gives()
    {
        var killed = await _fc.StartAsync("services", "Ctrl-C");
        killed.Process.Kill();
        await killed.Process.WaitForExitAsync(TestContext.Current.CancellationToken);

        // As in a container that is started again: the process that is alive has the id that stands in the file.
        var left = JsonNode.Parse(await File.ReadAllTextAsync(_fc.RunFile, TestContext.Current.CancellationToken))!;
        left["pid"] = Environment.ProcessId;
        await File.WriteAllTextAsync(_fc.RunFile, left.ToJsonString(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_fc.Home, ".local", "run.lock"),
            Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), TestContext.Current.CancellationToken);

        var run = await _fc.RunAsync("run --orders 20 --exit");
        Assert.True(run.ExitCode == 0, run.ToString());
    }

    [Theory]
    [InlineData("run --brokers 127.0.0.1:1")]
    [InlineData("run --brokers 127.0.0.1:1 --orders 10")]
    public async Task A_broker_that_keeps_offsets_beside_tables_that_end_is_refused(string command)
    {
        var run = await _fc.RunAsync(command);
        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        var line = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("fc: Kafka at 127.0.0.1:1 keeps the groups' offsets, and embedded tables end with this process", line,
            StringComparison.Ordinal);
        Assert.Contains("--tables (setting OrderTables)", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_of_the_settings_is_refused_beside_tables_of_another_run_too()
    {
        await _fc.StartAsync("services", "Ctrl-C");
        _fc.Settings["KafkaBrokers"] = "127.0.0.1:1";
        var run = await _fc.RunAsync("run");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("embedded tables end with this process", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_while_the_tables_are_away_at_the_start_ends_cleanly()
    {
        var run = await _fc.StartAsync(
            "run --tables DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:1/a;", "embedded");
        var stopped = await run.TerminateAsync();
        Assert.True(stopped.ExitCode is 0 or 2, stopped.ToString());
        Assert.DoesNotContain("   at ", stopped.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_fc.RunFile));
    }

    [Fact]
    public async Task Nothing_to_talk_to_is_one_line_and_exit_code_2()
    {
        foreach (var command in (string[])["audit", "groups", "tail", "produce --count 1", "keys show 1", "dead-letters list",
            "outbox list", "audit --heal"])
        {
            var result = await _fc.RunAsync(command);
            Assert.Equal((2, ""), (result.ExitCode, result.Out));
            Assert.Contains("./run",
                Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line =>
                    line.StartsWith("fc: ", StringComparison.Ordinal)),
                StringComparison.Ordinal);
        }
    }

    /// <summary>A folder that looks like Azurite's, whose table service does something else.</summary>
    private string AzuriteThat(string does)
    {
        var module = Path.Combine(_fc.Home, "azurite");
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(module, "dist", "src", "table")).FullName, "main.js"), does);
        return module;
    }
}
