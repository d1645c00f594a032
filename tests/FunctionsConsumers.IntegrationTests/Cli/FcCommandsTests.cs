using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Confluent.Kafka;
using FunctionsConsumers.IntegrationTests.LocalHost;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.IntegrationTests.Cli;

/// <summary>The commands that look, over one run; then the audit over tables that were spoiled by hand.</summary>
public sealed class FcCommandsTests : IAsyncLifetime
{
    private readonly Fc _fc = new();
    private TableServiceClient _tables = null!;

    public async ValueTask InitializeAsync()
    {
        await _fc.StartAsync("run --partitions 3", "Stop:");
        Assert.Equal(0, (await _fc.RunAsync("produce --count 200 --duplicates 0.1 --poison 0.08 --seed 5")).ExitCode);
        var audit = await _fc.RunAsync("audit --wait 150 --json");
        Assert.True(audit.ExitCode == 0, audit.ToString());
        _tables = new TableServiceClient((string)JsonNode.Parse(await File.ReadAllTextAsync(_fc.RunFile))!["tables"]!);
    }

    public ValueTask DisposeAsync() => _fc.DisposeAsync();

    [Fact]
    public async Task Every_command_tells_what_is_there()
    {
        var groups = JsonNode.Parse((await _fc.RunAsync("groups --json")).Out)!.AsArray();
        Assert.Equal(Groups.All, groups.Select(group => (string)group!["group"]!));
        foreach (var group in groups)
        {
            Assert.Equal(("Stable", 0), ((string)group!["state"]!, (int)group["lag"]!));
            Assert.Equal([0, 1, 2],
                Assert.Single(group["members"]!.AsArray())!["partitions"]!.AsArray().Select(partition => (int)partition!));
            Assert.Equal(236, group["partitions"]!.AsArray().Sum(partition => (int)partition!["committed"]!));
        }

        var tail = await _fc.RunAsync("tail order-events --from-beginning --max 3");
        Assert.Equal(0, tail.ExitCode);
        Assert.All(tail.Out.TrimEnd('\n').Split('\n'), line => Assert.Matches("^Received message: .* from partition [0-2]$", line));
        Assert.Equal(3, tail.Out.Count(character => character == '\n'));

        var letters = JsonNode.Parse((await _fc.RunAsync("dead-letters list --json")).Out)!.AsArray();
        Assert.Equal(48, letters.Count);
        Assert.Equal(8, letters.Select(letter => (string)letter!["reason"]!).Distinct().Count());
        Assert.Equal(16, JsonNode.Parse((await _fc.RunAsync("dead-letters list --group billing --json")).Out)!.AsArray().Count);

        var order = (await FirstAsync("billing", "invoice!")).GetString("OrderId");
        var keys = await _fc.RunAsync($"keys show {order} --json");
        Assert.Equal(0, keys.ExitCode);
        Assert.Equal([$"invoice!{order}", $"reservation!{order}", $"confirmation!{order}"],
            JsonNode.Parse(keys.Out)!.AsArray().Select(row => (string)row!["row_key"]!));
        Assert.All(JsonNode.Parse(keys.Out)!.AsArray(), row => Assert.Equal("applied", (string)row!["state"]!));

        var dead = await FirstAsync("billing", "dead!");
        var scanned = await _fc.RunAsync($"keys show {dead.GetString("Key")} --json");
        Assert.Contains("scanning", scanned.Error, StringComparison.Ordinal);
        Assert.Equal(3, JsonNode.Parse(scanned.Out)!.AsArray().Count);

        Assert.All(JsonNode.Parse(scanned.Out)!.AsArray(), row => Assert.NotNull((string?)row!["reason"]));
        Assert.All(groups, group =>
            Assert.Matches("^[^ ]+-[0-9]+-[A-Za-z]+ServiceConsumer$", (string)Assert.Single(group!["members"]!.AsArray())!["client_id"]!));

        // A second payload under the id of an order that was applied, and one that was never an order.
        await ProduceAsync(order!, $$"""{"order_id":"{{order}}","product":"Mouse","quantity":7}""");
        await ProduceAsync(null, """{"order_id":"never-applied","product":"Laptop","quantity":"two"}""");
        await Eventually.TrueAsync(async () => JsonNode.Parse((await _fc.RunAsync($"keys show {order} --json")).Out)!.AsArray().Count == 6,
            "the conflict is shown");
        var conflict = JsonNode.Parse((await _fc.RunAsync($"keys show {order} --json")).Out)!.AsArray();
        Assert.Equal(3, conflict.Count(row => (string?)row!["reason"] == "key-reused" && (string)row["state"]! == "dead-lettered"));
        var dropped = await _fc.RunAsync("keys show never-applied --json");
        Assert.Equal(
            (0, 3), (dropped.ExitCode, JsonNode.Parse(dropped.Out)!.AsArray().Count(row => (string?)row!["reason"] == "bad-quantity")));

        var unknown = await _fc.RunAsync("keys show nobody --json");
        Assert.Equal((1, "[]"), (unknown.ExitCode, unknown.Out.Trim()));
    }

    [Fact]
    public async Task A_command_ends_when_nobody_reads_what_it_writes()
    {
        var result = await _fc.ShellAsync("tail order-events --from-beginning", "| head -n 2");

        Assert.Equal(2, result.Out.Count(character => character == '\n'));
    }

    [Fact]
    public async Task The_audit_finds_what_was_spoiled_by_hand()
    {
        var invoice = await FirstAsync("billing", "invoice!");
        await _tables.GetTableClient("billing").DeleteEntityAsync(
            invoice.PartitionKey, invoice.RowKey, Azure.ETag.All, TestContext.Current.CancellationToken);
        Assert.Equal((1, 0, 0), await SpoiledAsync("billing"));

        var stray = new TableEntity(invoice) { PartitionKey = "b0005" };
        await _tables.GetTableClient("billing").AddEntityAsync(invoice, TestContext.Current.CancellationToken);
        await _tables.GetTableClient("billing").AddEntityAsync(stray, TestContext.Current.CancellationToken);
        Assert.Equal((0, 1, 0), await SpoiledAsync("billing"));

        var confirmation = await FirstAsync("notification", "confirmation!");
        confirmation["To"] = "somebody@else.example";
        confirmation["Channel"] = "email";
        await _tables.GetTableClient("notification").UpdateEntityAsync(
            confirmation, Azure.ETag.All, TableUpdateMode.Replace, TestContext.Current.CancellationToken);
        Assert.Equal((1, 0, 0), await SpoiledAsync("notification"));

        var stock = await FirstAsync("inventory", "stock!");
        stock["Reserved"] = stock.GetInt64("Reserved")!.Value + 5;
        await _tables.GetTableClient("inventory").UpdateEntityAsync(
            stock, Azure.ETag.All, TableUpdateMode.Replace, TestContext.Current.CancellationToken);
        Assert.Equal((0, 0, 5), await SpoiledAsync("inventory"));
    }

    [Fact]
    public async Task What_does_not_exist_is_exit_code_2_and_never_an_all_clear()
    {
        foreach (var command in (string[])["dead-letters list", "groups", "audit", "tail"])
        {
            var result = await _fc.RunAsync(command + " --topic nosuch --json");
            Assert.Equal((2, ""), (result.ExitCode, result.Out));
            Assert.Contains("has no topic nosuch", result.Error, StringComparison.Ordinal);
        }
    }

    private async Task<(int Lost, int Doubled, int StockOff)> SpoiledAsync(string group)
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var audit = await _fc.RunAsync($"audit --json --findings {file}");
            Assert.Equal(1, audit.ExitCode);
            Assert.Contains(group + ":", audit.Error, StringComparison.Ordinal);
            var report = JsonNode.Parse(audit.Out)!;
            Assert.StartsWith("Not every record of order-events was handled once: ", (string)report["verdict"]!, StringComparison.Ordinal);
            Assert.Contains(report["findings"]!.AsArray(), finding => (string)finding!["group"]! == group);
            Assert.True(JsonNode.DeepEquals(report["findings"], JsonNode.Parse(await File.ReadAllTextAsync(file))));
            var numbers = report["groups"]!.AsArray().Single(candidate => (string)candidate!["group"]! == group)!;
            return ((int)numbers["lost"]!, (int)numbers["doubled"]!, (int)numbers["stock_off"]!);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task ProduceAsync(string? key, string value)
    {
        var brokers = (string)JsonNode.Parse(await File.ReadAllTextAsync(_fc.RunFile))!["brokers"]!;
        using var producer = new ProducerBuilder<string?, string>(new ProducerConfig { BootstrapServers = brokers }).Build();
        await producer.ProduceAsync(
            "order-events", new Message<string?, string> { Key = key, Value = value }, TestContext.Current.CancellationToken);
    }

    private async Task<TableEntity> FirstAsync(string table, string prefix)
    {
        await foreach (var row in _tables.GetTableClient(table)
            .QueryAsync<TableEntity>($"RowKey ge '{prefix}' and RowKey lt '{prefix[..^1]}\"'",
            cancellationToken: TestContext.Current.CancellationToken))
        {
            return row;
        }

        throw new InvalidOperationException($"table {table} holds no {prefix}");
    }
}
