using System.Text.Json.Nodes;
using FunctionsConsumers.IntegrationTests.LocalHost;

namespace FunctionsConsumers.IntegrationTests.Cli;

/// <summary>What the commands print at a terminal of 80 columns.</summary>
public sealed class FcTablesTests : IAsyncLifetime
{
    private const int Columns = 80;

    private readonly Fc _fc = new();
    private string _at = "";

    public async ValueTask InitializeAsync()
    {
        await _fc.StartAsync("run --partitions 3", "Stop:");
        var run = JsonNode.Parse(await File.ReadAllTextAsync(_fc.RunFile, TestContext.Current.CancellationToken))!;
        _at = $"--brokers {run["brokers"]} --tables {run["tables"]}";
        Assert.Equal(0, (await _fc.RunAsync("produce --count 60 --duplicates 0.2 --poison 0.3 --seed 5")).ExitCode);
        await Eventually.TrueAsync(
            async () => (await _fc.RunAsync("audit --wait 60")).ExitCode == 0, "every order is handled and every dead letter sent");
    }

    public ValueTask DisposeAsync() => _fc.DisposeAsync();

    [Fact]
    public async Task Every_table_fits_80_columns()
    {
        var letter = JsonNode.Parse((await PrintAsync("dead-letters list --json --limit 1", width: null)).Out)![0]!;
        var order = JsonNode.Parse((await PrintAsync("tail order-events --from-beginning --max 1 --key --json", width: null)).Out)!;
        string[] commands =
        [
            "status", "groups", $"order show {(string)order["key"]!}", $"keys show {(string)order["key"]!}",
            "dead-letters list --limit 20", "dead-letters count",
            $"dead-letters show {(string)letter["topic"]!}:{(int)letter["partition"]!}:{(long)letter["offset"]!}",
            "dead-letters redrive --all --dry-run", "outbox list", "catalog list", "audit", "config check",
            "offsets reset --group nobody --to latest",
        ];
        foreach (var command in commands)
        {
            var printed = await PrintAsync(command, Columns);
            Assert.True(printed.ExitCode == 0 && printed.Out.Length > 0, $"{command}: {printed}");
            Assert.All(printed.Out.Split('\n'), line => Assert.True(line.Length <= Columns || IsOneWord(line), $"{command}: {line}"));
        }
    }

    // A payload without blanks stays whole, to be copied.
    private static bool IsOneWord(string line) => !line.Trim().Contains(' ', StringComparison.Ordinal);

    private Task<FcResult> PrintAsync(string line, int? width) =>
        Fc.RunHereAsync(line == "config check" ? line : $"{line} {_at}", answer: null, width);
}
