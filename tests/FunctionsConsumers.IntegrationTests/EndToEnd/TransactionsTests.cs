using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.IntegrationTests.LocalHost.Kafka;
using FunctionsConsumers.Lab.Traffic;
using FunctionsConsumers.Orders;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsConsumers.IntegrationTests.EndToEnd;

[Collection<OnRealKafka>]
public sealed class TransactionsTests(RealKafka kafka, EmptyTables tables)
{
    private const int Partitions = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Aborted_records_are_never_handled_committed_ones_once_and_control_records_are_no_gaps()
    {
        await using var deployment = await Deployment.MakeAsync(kafka, tables, Partitions);
        var host = await deployment.StartHostAsync();
        using (var producer = new ProducerBuilder<byte[], byte[]?>(new ProducerConfig { BootstrapServers = deployment.Brokers,
            TransactionalId = deployment.Topic }).Build())
        {
            producer.InitTransactions(Patience);
            Transaction(producer, deployment.Topic, Orders(seed: 4, 1, 20), commit: true);

            // What was aborted may be sent again, and may have been another order under the same id.
            Transaction(producer, deployment.Topic, Orders(seed: 4, 21, 20), commit: false);
            Transaction(producer, deployment.Topic, [.. Orders(seed: 4, 21, 10), .. Orders(seed: 4, 1, 5)], commit: true);
            Transaction(producer, deployment.Topic,
                Orders(seed: 4, 31, 10).Select(order => order with { Value = [.. order.Value!, (byte)' '] }), commit: false);
            foreach (var order in Orders(seed: 4, 31, 10))
            {
                Transaction(producer, deployment.Topic, [order], commit: true);
            }

            Transaction(producer, deployment.Topic, [.. Orders(seed: 4, 41, 10), PoisonRecords.Make(4, 1)], commit: false);
        }

        var report = await deployment.AuditedAsync();
        Assert.Equal((45, 40, 0), (report.Records, report.DistinctOrders, report.Poison));
        Assert.All(report.Groups, group => Assert.Equal((40, 5, 0), (group.Applied, group.Duplicates, group.DeadLettered)));

        await deployment.StopHostAsync(host);
        await using var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(Configuration(deployment))
            .AddOrderConsumers(Configuration(deployment)).BuildServiceProvider();
        foreach (var group in services.GetServices<IGroupUpkeep>())
        {
            Assert.Equal(new GapAuditResult(0, 0, 0), await group.AuditGapsAsync(TimeSpan.Zero, TestContext.Current.CancellationToken));
        }

        // And what the audit read over once is not asked for again.
        await foreach (var row in deployment.Accounts.GetTableClient(GroupProgress.TableName)
            .QueryAsync<Azure.Data.Tables.TableEntity>(cancellationToken: TestContext.Current.CancellationToken))
        {
            // A group's partition holds its progress; others hold what else is kept beside it.
            Assert.True(!FunctionsConsumers.Orders.Groups.All.Contains(row.PartitionKey, StringComparer.Ordinal)
                || row.GetString("Finished") is null
                || OffsetIntervals.Parse(row.GetString("Finished")).Intervals is [(0, _)],
                $"{row.PartitionKey} {row.RowKey}: {row.GetString("Finished")}");
        }
    }

    private static IConfiguration Configuration(Deployment deployment) =>
        new ConfigurationBuilder().AddInMemoryCollection(deployment.Settings).Build();

    private static IEnumerable<TrafficRecord> Orders(long seed, int first, int count) =>
        Enumerable.Range(first, count).Select(number => ValidOrders.Make(seed, number));

    private static void Transaction(IProducer<byte[], byte[]?> producer, string topic, IEnumerable<TrafficRecord> records, bool commit)
    {
        producer.BeginTransaction();
        var place = 0;
        foreach (var record in records)
        {
            producer.Produce(new TopicPartition(topic, place++ % Partitions), Deployment.ToMessage(record));
        }

        // Aborted records would be thrown away unsent; here they have to be in the log.
        producer.Flush(TestContext.Current.CancellationToken);
        if (commit)
        {
            producer.CommitTransaction(Patience);
        }
        else
        {
            producer.AbortTransaction(Patience);
        }
    }
}
