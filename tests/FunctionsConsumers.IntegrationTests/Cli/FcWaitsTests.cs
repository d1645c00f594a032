using System.Diagnostics;
using System.Globalization;
using FunctionsConsumers.IntegrationTests.LocalHost.Kafka;
using FunctionsConsumers.LocalHost.Embedded;

namespace FunctionsConsumers.IntegrationTests.Cli;

/// <summary>What a person is told while a service gives no answer. Each command is a process of its own.</summary>
[Collection<OnRealKafka>]
public sealed class FcWaitsTests(RealKafka kafka) : IAsyncLifetime
{
    private readonly Fc _fc = new();
    private EmbeddedServices _services = null!;

    public async ValueTask InitializeAsync() =>
        _services = await EmbeddedServices.StartAsync(kafka: true, tables: true, "order-events", 3, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await SignalAsync("CONT");
        await _fc.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Theory]
    [InlineData("outbox list")]
    [InlineData("keys show 123")]
    [InlineData("audit")]
    public async Task Tables_that_hang_are_named_while_a_command_waits_and_end_it_after_its_time(string command)
    {
        await SignalAsync("STOP");
        var clock = Stopwatch.StartNew();
        var result = await _fc.RunAsync(
            $"{command} --brokers {_services.Brokers} --tables {_services.TablesConnectionString} --timeout 7");
        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        var lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var at = new Uri(_services.TablesConnectionString!.Split("TableEndpoint=")[1].TrimEnd(';')).GetLeftPart(UriPartial.Authority);
        Assert.Single(lines,
            line => line.StartsWith($"Waiting: no answer from the tables at {at} (setting OrderTables) since ", StringComparison.Ordinal));
        Assert.Single(lines,
            line => line.StartsWith($"fc: no answer from the tables at {at} (setting OrderTables) since ", StringComparison.Ordinal)
            && line.Contains("--timeout", StringComparison.Ordinal));
        Assert.InRange(clock.Elapsed.TotalSeconds, 7, 40);
    }

    [Fact]
    public async Task Tables_that_come_back_are_told_of_and_the_command_goes_on()
    {
        await _fc.RunAsync($"run --brokers {_services.Brokers} --tables {_services.TablesConnectionString} --orders 5 --exit");
        await SignalAsync("STOP");
        var listing = await _fc.StartAsync(
            $"audit --brokers {_services.Brokers} --tables {_services.TablesConnectionString} --timeout 120", "Waiting: ");
        await SignalAsync("CONT");
        await listing.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var result = listing.Result;
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Matches("The tables at http://127.0.0.1:[0-9]+ \\(setting OrderTables\\): back after [0-9]+ s", result.Error);
    }

    [Fact]
    public async Task A_host_says_that_the_tables_hang_and_that_they_are_back()
    {
        var run = await _fc.StartAsync($"run --brokers {_services.Brokers} --tables {_services.TablesConnectionString}", "Stop:");
        await SignalAsync("STOP");
        await UntilAsync(run, "(setting OrderTables) are away since ");
        await SignalAsync("CONT");
        await UntilAsync(run, "(setting OrderTables) are back after ");
        Assert.Equal(0, (await run.TerminateAsync()).ExitCode);
    }

    [Fact]
    public async Task A_broker_that_hangs_is_named_by_a_command_and_by_a_host_and_its_return_is_told()
    {
        var services = await _fc.StartAsync("services", "Ctrl-C");
        var run = await _fc.StartAsync("run", "Stop:");
        await SignalAsync("STOP", services.Process.Id);
        try
        {
            var groups = await _fc.RunAsync("groups --timeout 7");
            Assert.Equal((2, ""), (groups.ExitCode, groups.Out));
            Assert.Matches("Waiting: no answer from Kafka at 127.0.0.1:[0-9]+ \\(setting KafkaBrokers\\) since ", groups.Error);
            await UntilAsync(run, "(setting KafkaBrokers) is away since ");
        }
        finally
        {
            await SignalAsync("CONT", services.Process.Id);
        }

        await UntilAsync(run, "(setting KafkaBrokers) is back after ");
    }

    [Theory]
    [InlineData("groups")]
    [InlineData("tail")]
    [InlineData("produce --count 1")]
    [InlineData("run")]
    public async Task A_refused_connection_is_named_while_a_command_waits_and_ends_it_after_its_time(string command)
    {
        var result = await _fc.RunAsync($"{command} --brokers 127.0.0.1:1 --tables {_services.TablesConnectionString} --timeout 6");
        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains("Connection refused", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Split('\n'), line => !line.StartsWith("fc: ", StringComparison.Ordinal)
            && line.Contains("Kafka at 127.0.0.1:1 (setting KafkaBrokers)", StringComparison.Ordinal)
                && line.Contains("since ", StringComparison.Ordinal));
        Assert.Single(result.Error.Split('\n'), line => line.StartsWith("fc: ", StringComparison.Ordinal)
            && line.Contains("127.0.0.1:1", StringComparison.Ordinal) && line.Contains("--brokers", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("groups")]
    [InlineData("audit")]
    [InlineData("tail")]
    [InlineData("produce --count 1")]
    [InlineData("dead-letters list")]
    [InlineData("run")]
    public async Task Brokers_that_advertise_an_address_that_leads_nowhere_are_named_with_it_and_the_fix(string command)
    {
        kafka.RequireOwn();
        var result = await _fc.RunAsync($"{command} --brokers {kafka.MisadvertisedBrokers} --tables {_services.TablesConnectionString}");
        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        var line = Assert.Single(result.Error.Split('\n'), line => line.StartsWith("fc: ", StringComparison.Ordinal));
        Assert.StartsWith(
            $"fc: Kafka at {kafka.MisadvertisedBrokers} (setting KafkaBrokers) answers, and names a broker as "
            + $"{RealKafka.UnreachableAddress}, which cannot be reached from here", line, StringComparison.Ordinal);
        Assert.EndsWith("set advertised.listeners of that broker to an address that this machine reaches.", line,
            StringComparison.Ordinal);
    }

    private static async Task UntilAsync(FcProcess process, string text)
    {
        var clock = Stopwatch.StartNew();
        while (!process.Result.Error.Contains(text, StringComparison.Ordinal))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"never said '{text}': {process.Result}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private Task SignalAsync(string signal) => SignalAsync(signal, _services.TablesProcessId!.Value);

    private static async Task SignalAsync(string signal, int process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(CancellationToken.None);
    }
}
