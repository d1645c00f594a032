using Azure.Data.Tables;
using Confluent.Kafka;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.IntegrationTests.LocalHost.Kafka;
using FunctionsConsumers.Lab.Traffic;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.IntegrationTests.EndToEnd;

[Collection<OnRealKafka>]
public sealed class ReplayTests(RealKafka kafka, EmptyTables tables)
{
    private const int Partitions = 3;

    [Fact]
    public async Task A_replay_from_the_beginning_touches_no_row_and_sends_nothing_a_second_time()
    {
        await using var deployment = await Deployment.MakeAsync(kafka, tables, Partitions);
        var mails = Path.Combine(deployment.Fc.Home, ".local", "mail");
        var first = await deployment.StartHostAsync();
        deployment.Produce(TrafficSequence.Of(new TrafficPlan(100, 0.2m, 0.1m, 5)), place => place % Partitions);
        var before = await deployment.AuditedAsync();
        Assert.All(before.Groups, group => Assert.Equal((100, 20, 10), (group.Applied, group.Duplicates, group.DeadLettered)));
        await deployment.StopHostAsync(first);
        var rows = await RowsAsync(deployment);
        var sent = Directory.GetFiles(mails, "*.eml");
        Assert.NotEmpty(sent);
        Array.ForEach(sent, File.Delete);
        var deadLetters = DeadLetters(deployment);
        Assert.Equal(30, deadLetters);

        await deployment.ResetAsync(Partitions);
        Assert.Equal(0, deployment.Committed("billing", Partitions));
        var second = await deployment.StartHostAsync();
        var after = await deployment.AuditedAsync();
        await deployment.StopHostAsync(second);

        // That they did read all of it again, they say themselves.
        foreach (var group in Groups.All)
        {
            Assert.Contains(group + ": ", second.Result.Error, StringComparison.Ordinal);
            Assert.Equal(130, deployment.Committed(group, Partitions));
        }

        Assert.DoesNotMatch("[1-9][0-9]* applied", second.Result.Error);
        Assert.Equal(before.Groups, after.Groups);
        Assert.Equal(rows, await RowsAsync(deployment));
        Assert.Empty(Directory.GetFiles(mails, "*.eml"));
        Assert.Equal(deadLetters, DeadLetters(deployment));
    }

    /// <summary>Every row of the groups' tables with its ETag, which any writing would change.</summary>
    private static async Task<List<string>> RowsAsync(Deployment deployment)
    {
        var rows = new List<string>();
        foreach (var group in Groups.All)
        {
            await foreach (var row in deployment.Accounts.GetTableClient(group)
                .QueryAsync<TableEntity>(cancellationToken: TestContext.Current.CancellationToken))
            {
                rows.Add($"{group} {row.PartitionKey} {row.RowKey} {row.ETag}");
            }
        }

        return rows;
    }

    private static long DeadLetters(Deployment deployment)
    {
        using var reader = new TopicReader(new KafkaConnection(deployment.Brokers).Apply(new ClientConfig()));
        return Groups.All.Sum(group => reader.Offsets($"{deployment.Topic}.{group}.dead-letters").Sum(partition => partition.End));
    }
}
