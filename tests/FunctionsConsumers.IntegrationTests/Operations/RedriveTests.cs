using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Confluent.Kafka;
using FunctionsConsumers.IntegrationTests.Cli;
using FunctionsConsumers.IntegrationTests.EndToEnd;
using FunctionsConsumers.IntegrationTests.LocalHost;
using FunctionsConsumers.IntegrationTests.LocalHost.Kafka;

namespace FunctionsConsumers.IntegrationTests.Operations;

/// <summary>
/// Many dead letters on a real broker, redriven twice with a kill in between. REDRIVE_ORDERS says how many orders; each is a letter
/// of three groups.
/// </summary>
[Collection<OnRealKafka>]
public sealed class RedriveTests(RealKafka kafka, EmptyTables tables)
{
    private const int Partitions = 3;

    private static readonly int Orders = int.Parse(
        Environment.GetEnvironmentVariable("REDRIVE_ORDERS") ?? "700", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Dead_letters_redriven_twice_with_a_kill_in_between_are_each_handled_once()
    {
        await using var deployment = await Deployment.MakeAsync(kafka, tables, Partitions);
        var at = deployment.At;
        var host = await deployment.StartHostAsync();
        Produce(deployment);
        await Eventually.TrueAsync(async () => await LettersAsync(deployment) == 3 * Orders, "every order is a dead letter of each group",
            TimeSpan.FromMinutes(4));
        Assert.Equal(0, (await Fc.RunHereAsync($"catalog set Sofa --price 899 --on-hand 1 {at}")).ExitCode);

        // Killed while it is at work.
        var killed = deployment.Fc.Begin($"dead-letters redrive --all {at}");
        var taken = 0;
        await Eventually.TrueAsync(
            async () => (taken = await TakenAsync(deployment)) > 100 || killed.Process.HasExited, "the redrive has taken letters");
        killed.Process.Kill();
        await killed.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        taken = await TakenAsync(deployment);
        Assert.InRange(taken, 100, (3 * Orders) - 1);

        // The same command goes on, and once more does nothing.
        var second = await RedriveAsync(deployment);
        var third = await RedriveAsync(deployment);
        Assert.Equal((0, 0, 3 * Orders), ((int)third["sent"]!, (int)third["recovered"]!, (int)third["already_redriven"]!));
        Assert.InRange((int)second["sent"]!, 1, (3 * Orders) - 1);

        // Each letter was sent once, and each order handled once.
        var copies = Redriven(deployment);
        Assert.Equal((3 * Orders, 3 * Orders), (copies.Count, copies.Distinct().Count()));
        var audited = await deployment.AuditedAsync();
        Assert.All(audited.Groups, group => Assert.Equal(Orders, group.Applied));
        Assert.Equal(3 * Orders, await LettersAsync(deployment));
        await deployment.StopHostAsync(host);
    }

    private static async Task<JsonNode> RedriveAsync(Deployment deployment)
    {
        var result = await deployment.Fc.RunAsync($"dead-letters redrive --all --json {deployment.At}");
        Assert.True(result.ExitCode == 0, result.ToString());
        return JsonNode.Parse(result.Out)!;
    }

    private static void Produce(Deployment deployment)
    {
        using var producer =
            new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = deployment.Brokers, LingerMs = 5 }).Build();
        for (var order = 0; order < Orders; order++)
        {
            producer.Produce(deployment.Topic,
                new Message<string, string> { Key = $"sofa-{order}", Value = $$"""{"order_id":"sofa-{{order}}","product":"Sofa"}""" });
        }

        producer.Flush(TestContext.Current.CancellationToken);
    }

    private static async Task<int> LettersAsync(Deployment deployment)
    {
        var count = await Fc.RunHereAsync($"dead-letters count --json {deployment.At}");
        return count.ExitCode == 0 ? JsonNode.Parse(count.Out)!.AsArray().Sum(cause => (int)cause!["count"]!) : 0;
    }

    private static async Task<int> TakenAsync(Deployment deployment)
    {
        var taken = 0;
        var rows = deployment.Accounts.GetTableClient("progress").QueryAsync<TableEntity>(
            "PartitionKey ge 'redrive-' and PartitionKey lt 'redrive.' and RowKey ge 'letter!' and RowKey lt 'letter\"'",
            select: ["RowKey"], cancellationToken: TestContext.Current.CancellationToken);
        await foreach (var _ in rows)
        {
            taken++;
        }

        return taken;
    }

    // The letters that redriven records of the topic come from, one for each record.
    private static List<string> Redriven(Deployment deployment)
    {
        var letters = new List<string>();
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = deployment.Brokers, GroupId = Guid.NewGuid().ToString("N"), EnablePartitionEof = true,
            EnableAutoCommit = false,
        }).Build();
        consumer.Assign(
            Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(deployment.Topic, partition, Offset.Beginning)));
        for (var left = Partitions; left > 0;)
        {
            var result = consumer.Consume(TestContext.Current.CancellationToken);
            left -= result.IsPartitionEOF ? 1 : 0;
            if (!result.IsPartitionEOF && result.Message.Headers.TryGetLastBytes("redrive-of", out var letter))
            {
                letters.Add(Encoding.UTF8.GetString(letter));
            }
        }

        consumer.Close();
        return letters;
    }
}
