using System.Text.Json.Nodes;

namespace FunctionsConsumers.IntegrationTests.Cli;

/// <summary>
/// An operator's evening on embedded services: orders of a product that the catalog lacks, found, mended and sent again; then
/// offsets, and a replay.
/// </summary>
public sealed class FcOperationsTests : IAsyncLifetime
{
    private readonly Fc _fc = new();
    private FcProcess _host = null!;

    public async ValueTask InitializeAsync()
    {
        await _fc.StartAsync("services --partitions 2", "Ctrl-C");
        _host = await _fc.StartAsync("run", "Stop:");
    }

    public ValueTask DisposeAsync() => _fc.DisposeAsync();

    [Fact]
    public async Task Orders_of_an_unknown_product_are_found_mended_and_sent_again_once()
    {
        await ProduceAsync(
            Enumerable.Range(0, 4).Select(order => $$"""{"order_id":"sofa-{{order}}","product":"Sofa","email":"a@example.org"}"""));
        await ProduceAsync(["""{"order_id":"plain","product":"Phone"}""", """{ "order_id": "plain", "product": "Phone" }""",
            """{"order_id":"plain","product":"Laptop"}"""]);
        await SettledAsync();

        // Found.
        var count = JsonNode.Parse((await GoodAsync("dead-letters count --json --reason unknown-product")).Out)!.AsArray();
        Assert.Equal(12, count.Sum(cause => (int)cause!["count"]!));
        Assert.All(count, cause => Assert.Contains("Sofa", (string)cause!["cause"]!, StringComparison.Ordinal));
        var letters = JsonNode.Parse(
            (await GoodAsync("dead-letters list --json --since 1h --reason unknown-product --limit 5")).Out)!.AsArray();
        Assert.Equal(5, letters.Count);
        var (topic, partition, offset) = ((string)letters[0]!["topic"]!, (int)letters[0]!["partition"]!, (long)letters[0]!["offset"]!);
        var shown = JsonNode.Parse((await GoodAsync($"dead-letters show {topic}:{partition}:{offset} --json")).Out)!.AsArray();
        Assert.Equal(3, shown.Count);
        Assert.Contains("Sofa", (string)shown[0]!["value"]!, StringComparison.Ordinal);
        Assert.Equal(1, (await _fc.RunAsync("dead-letters show order-events:0:99999 --json")).ExitCode);

        // The story of an order with a resend and a conflict.
        var story = JsonNode.Parse((await GoodAsync("order show plain --json")).Out)!;
        Assert.Equal(["invoice!plain"], story["groups"]![0]!["effects"]!.AsArray().Select(effect => (string)effect!["row_key"]!));
        Assert.Equal(["applied", "resend", "conflict"],
            story["sightings"]!.AsArray().Select(sighting => (string)sighting!["verdicts"]!["billing"]!));
        Assert.Equal("key-reused", (string)Assert.Single(story["groups"]![0]!["dead_letters"]!.AsArray())!["reason"]!);
        Assert.Contains("nothing applied", (await GoodAsync("order show sofa-1")).Out, StringComparison.Ordinal);
        Assert.Equal(1, (await _fc.RunAsync("order show nobody")).ExitCode);

        // Sent again before the catalog is mended, it comes back, and says so.
        Assert.Equal(12, (int)(await RedriveAsync("--reason unknown-product --dry-run"))["to_send"]!);
        Assert.Equal(1, (int)(await RedriveAsync($"{topic}:{partition}:{offset} --group billing"))["sent"]!);
        await SettledAsync();
        var again = JsonNode.Parse((await GoodAsync("dead-letters list --json --group billing --reason unknown-product")).Out)!.AsArray();
        Assert.Equal([1, 0, 0, 0, 0], again.Select(letter => (int)letter!["redrives"]!));
        Assert.Equal(1, again.Count(letter => (string)letter!["state"]! == "redriven"));

        // Mended: one goes to its group alone, the rest all at once, and calling it twice sends nothing twice.
        await GoodAsync("catalog set Sofa --price 899.00 --on-hand 5");
        Assert.Equal((12, 1), ((int)(await RedriveAsync("--reason unknown-product"))["sent"]!,
            again.Count(letter => (string)letter!["state"]! == "redriven")));
        var twice = await RedriveAsync("--reason unknown-product");
        Assert.Equal((0, 13), ((int)twice["sent"]!, (int)twice["already_redriven"]!));
        await SettledAsync();
        var effects = JsonNode.Parse((await GoodAsync("order show sofa-1 --json")).Out)!;
        Assert.All(effects["groups"]!.AsArray(), group => Assert.Single(group!["effects"]!.AsArray()));
        Assert.Equal("899.00", (string)effects["groups"]![0]!["effects"]![0]!["total"]!);
        Assert.Equal("left", (string)effects["groups"]![2]!["mail"]!);
        var sofa = JsonNode.Parse((await GoodAsync("catalog list --json")).Out)!.AsArray()
            .Single(product => (string)product!["product"]! == "Sofa")!;
        Assert.Equal((4, 1), ((int)sofa["reserved"]!, (int)sofa["left"]!));
        await GoodAsync("audit --wait 60");
    }

    [Fact]
    public async Task Records_that_are_skipped_on_purpose_are_healed_by_no_audit_and_a_replay_touches_nothing_live()
    {
        await GoodAsync("produce --count 20 --seed 3");
        await SettledAsync();
        var active = await _fc.RunAsync("offsets reset --group billing --to latest");
        Assert.Equal((2, ""), (active.ExitCode, active.Out));
        Assert.Contains("stop its hosts", active.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await _host.TerminateAsync()).ExitCode);
        await GoodAsync("produce --count 30 --seed 4");

        // A dry run changes nothing.
        var dry = JsonNode.Parse((await GoodAsync("offsets reset --group billing --to latest --json")).Out)!;
        Assert.Equal((true, 30, 0), ((bool)dry["dry_run"]!, (int)dry["skipped"]!, (int)dry["repeated"]!));
        Assert.Equal(30, await LagAsync("billing"));
        await GoodAsync("offsets reset --group billing --to latest --yes");
        Assert.Equal(0, await LagAsync("billing"));
        Assert.Equal(2, (await _fc.RunAsync("offsets skip --group billing --partition 0 --to 0 --yes")).ExitCode);
        Assert.Equal(2, (await _fc.RunAsync("offsets reset --group billing --to 999999 --yes")).ExitCode);

        // Back is safe: what was handled is suppressed.
        Assert.Equal(
            20, (int)JsonNode.Parse((await GoodAsync("offsets reset --group inventory --to earliest --yes --json")).Out)!["repeated"]!);
        _host = await _fc.StartAsync("run", "Stop:");
        await SettledAsync();
        var audit = JsonNode.Parse((await _fc.RunAsync("audit --heal --wait 60 --json")).Out)!;
        Assert.All(audit["healed"]!.AsArray(), group => Assert.Equal((0, 0), ((int)group!["found"]!, (int)group["healed"]!)));
        Assert.Equal([20, 50, 50], audit["groups"]!.AsArray().Select(group => (int)group!["applied"]!));
        Assert.Equal([0, 0, 0], audit["groups"]!.AsArray().Select(group => (int)group!["lost"]!));
        Assert.Equal([30, 0, 0], audit["groups"]!.AsArray().Select(group => (int?)group!["skipped"] ?? 0));

        // A replay finds what billing lacks, and changes nothing of it.
        var replay = await _fc.RunAsync("replay --from 1h --to 0s --as copy1 --json");
        var found = JsonNode.Parse(replay.Out)!;
        Assert.Equal((1, 50, 20, 30, 0),
            (replay.ExitCode, (int)found["applied"]!, (int)found["same"]!, (int)found["missing"]!, (int)found["different"]!));
        Assert.Equal(0, (await _fc.RunAsync("replay --from 1h --to 0s --as copy2 --like inventory")).ExitCode);
        Assert.Equal(2, (await _fc.RunAsync("replay --from 1h --to 0s --as inventory")).ExitCode);
        Assert.Equal(20, (int)JsonNode.Parse((await _fc.RunAsync("audit --json")).Out)!["groups"]![0]!["applied"]!);
    }

    [Fact]
    public async Task What_runs_is_on_one_screen_and_a_topic_is_read_from_where_one_says()
    {
        await GoodAsync("produce --count 40 --seed 5");
        await SettledAsync();
        var status = JsonNode.Parse((await GoodAsync("status --json")).Out)!;
        Assert.All(status["services"]!.AsArray(), service => Assert.True((bool)service!["ok"]!));
        Assert.All(status["groups"]!.AsArray(), group => Assert.Equal(("Stable", 0), ((string)group!["state"]!, (int)group["lag"]!)));
        Assert.Equal(3, Assert.Single(status["hosts"]!.AsArray())!["functions"]!.AsArray().Count);
        Assert.All((await GoodAsync("status")).Out.Split('\n'), line => Assert.InRange(line.Length, 0, 110));

        Assert.Equal(40, Lines((await GoodAsync("tail order-events --from-beginning --until-end")).Out).Length);
        var one = await GoodAsync("tail order-events --partition 0 --offset 3 --max 1 --headers --key --until-end");
        Assert.Contains("offset 3", one.Out, StringComparison.Ordinal);
        Assert.Equal(40, Lines((await GoodAsync("tail order-events --since 1h --until-end --json")).Out).Length);
        var order = (string)JsonNode.Parse(JsonNode.Parse(Lines((await GoodAsync("tail order-events --from-beginning "
            + "--max 1 --json")).Out)[0])!["value"]!.GetValue<string>())!["order_id"]!;
        Assert.Single(Lines((await GoodAsync($"tail order-events --from-beginning --until-end --grep {order}")).Out));
        var groups = JsonNode.Parse((await GoodAsync("groups --group nobody --json")).Out)!.AsArray();
        Assert.Equal(("nobody", "Empty", 40), ((string)groups[0]!["group"]!, (string)groups[0]!["state"]!, (int)groups[0]!["lag"]!));
        Assert.Contains("status", Lines((await GoodAsync("[suggest:2] st")).Out));
        Assert.Contains("complete", (await GoodAsync("completion bash")).Out, StringComparison.Ordinal);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<JsonNode> RedriveAsync(string which) =>
        JsonNode.Parse((await GoodAsync($"dead-letters redrive {which} --json")).Out)!;

    private async Task<int> LagAsync(string group) =>
        (int)JsonNode.Parse((await GoodAsync($"groups --group {group} --json")).Out)!.AsArray()[0]!["lag"]!;

    // Every group stands at the end and no message waits: the audit says so, whatever it finds. A host that has just started on a
    // busy machine may not answer in time, which fc status says and exits by: it is asked again.
    private async Task SettledAsync() => await LocalHost.Eventually.TrueAsync(async () =>
    {
        var status = await _fc.RunAsync("status --json");
        Assert.True(status.ExitCode is 0 or 2, $"status --json: {status}");
        return status.ExitCode == 0 && JsonNode.Parse(status.Out)!["groups"]!.AsArray().All(
            group => (int)group!["lag"]! == 0 && (int)group["outbox"]! == 0);
    }, "every group stands at the end and its outbox is empty");

    private async Task<FcResult> GoodAsync(string line)
    {
        var result = await _fc.RunAsync(line);
        Assert.True(result.ExitCode == 0, $"{line}: {result}");
        return result;
    }

    private async Task ProduceAsync(IEnumerable<string> values)
    {
        var brokers = (string)JsonNode.Parse(await File.ReadAllTextAsync(_fc.RunFile))!["brokers"]!;
        using var producer = new Confluent.Kafka.ProducerBuilder<Confluent.Kafka.Null, string>(
            new Confluent.Kafka.ProducerConfig { BootstrapServers = brokers }).Build();
        foreach (var value in values)
        {
            await producer.ProduceAsync(new Confluent.Kafka.TopicPartition("order-events", 0),
                new Confluent.Kafka.Message<Confluent.Kafka.Null, string> { Value = value });
        }
    }
}
