using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Confluent.Kafka;
using FunctionsConsumers.IntegrationTests.Feeds;
using FunctionsConsumers.IntegrationTests.LocalHost;
using FunctionsConsumers.LocalHost.Embedded;

namespace FunctionsConsumers.IntegrationTests.EffectivelyOnce;

/// <summary>The example in the package's readme, as a process of its own: no Functions, no local host.</summary>
/// <param name="azurite">The tables.</param>
public sealed partial class ConsoleExampleTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_payment_sent_twice_is_entered_once_and_what_is_none_is_dead_lettered()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var cluster = MockCluster.Start();
        cluster.CreateTopic("payments", 2);
        cluster.CreateTopic("payments.ledger.dead-letters", 1);
        using (var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = cluster.Brokers }).Build())
        {
            foreach (var (value, partition) in (ReadOnlySpan<(string, int)>)[("p-1 1250", 0), ("p-2 99", 1), ("p-1 1250", 1), ("no payment at all", 0)])
            {
                producer.Produce(new TopicPartition("payments", partition), new Message<Null, byte[]> { Value = Encoding.UTF8.GetBytes(value) });
            }

            producer.Flush(cancellation);
        }

        var lines = new ConcurrentQueue<string>();
        var program = Path.Combine(Dotnet.Repository, "examples/EffectivelyOnce.Console/bin", Dotnet.Configuration, "net10.0/EffectivelyOnce.Console.dll");
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [program, "--KafkaBrokers", cluster.Brokers, "--OrderTables", azurite.ConnectionString])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.OutputDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await Eventually.TrueAsync(() => process.HasExited || Sum(lines, "Applied") + Sum(lines, "Duplicates") + Sum(lines, "DeadLettered") == 4, "every record is settled");

            Assert.False(process.HasExited, string.Join('\n', lines));
            Assert.Equal((2, 1, 1), (Sum(lines, "Applied"), Sum(lines, "Duplicates"), Sum(lines, "DeadLettered")));
            var entries = new Dictionary<string, long?>();
            await foreach (var row in new TableServiceClient(azurite.ConnectionString).GetTableClient("ledger").QueryAsync<TableEntity>(cancellationToken: cancellation))
            {
                if (row.RowKey.StartsWith("entry!", StringComparison.Ordinal))
                {
                    entries.Add(row.RowKey, row.GetInt64("Cents"));
                }
            }

            Assert.Equal(new Dictionary<string, long?> { ["entry!p-1"] = 1250, ["entry!p-2"] = 99 }, entries);
            Assert.Equal("no payment at all", DeadLetter(cluster.Brokers));

            // It ends in good order, with its offsets committed. Not SIGINT: what a shell starts in the background ignores that.
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await Eventually.TrueAsync(() => process.HasExited, "the program ends");
            Assert.True(process.ExitCode == 0, string.Join('\n', lines));
            Assert.Equal(4, Committed(cluster.Brokers));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    private static int Sum(IEnumerable<string> lines, string what) => lines.SelectMany(line => Counts().Matches(line))
        .Where(match => match.Groups["what"].Value == what).Sum(match => int.Parse(match.Groups["count"].Value, System.Globalization.CultureInfo.InvariantCulture));

    private static string DeadLetter(string brokers)
    {
        using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig { BootstrapServers = brokers, GroupId = "reader", AutoOffsetReset = AutoOffsetReset.Earliest }).Build();
        consumer.Assign(new TopicPartition("payments.ledger.dead-letters", 0));
        var result = consumer.Consume(TimeSpan.FromSeconds(60));
        Assert.NotNull(result);
        Assert.Equal("not-a-payment", Encoding.UTF8.GetString(result.Message.Headers.GetLastBytes("dead-letter-reason")));
        return result.Message.Value;
    }

    private static long Committed(string brokers)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = brokers, GroupId = "ledger" }).Build();
        return consumer.Committed([new TopicPartition("payments", 0), new TopicPartition("payments", 1)], TimeSpan.FromSeconds(60)).Sum(offset => offset.Offset.Value);
    }

    [GeneratedRegex(@"(?<what>Applied|Duplicates|DeadLettered) = (?<count>\d+)")]
    private static partial Regex Counts();
}
