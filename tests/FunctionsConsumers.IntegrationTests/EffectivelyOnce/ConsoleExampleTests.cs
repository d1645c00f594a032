using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
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
    public void It_is_fifteen_lines()
    {
        var lines = File.ReadLines(Path.Combine(Dotnet.Repository, "examples/EffectivelyOnce.Console/Program.cs"))
            .Where(line => line.Length > 0 && !line.StartsWith("using ", StringComparison.Ordinal));

        Assert.InRange(lines.Count(), 1, 15);
    }

    [Fact]
    public async Task It_waits_for_its_topic_enters_a_payment_sent_twice_once_and_dead_letters_what_is_none()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var cluster = MockCluster.Start();
        var lines = new ConcurrentQueue<string>();
        var program = Path.Combine(
            Dotnet.Repository, "examples/EffectivelyOnce.Console/bin", Dotnet.Configuration, "net10.0/EffectivelyOnce.Console.dll");
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [program, "--KafkaBrokers", cluster.Brokers, "--Tables", azurite.ConnectionString])
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
            await Eventually.TrueAsync(() => process.HasExited
                || lines.Any(line => line.Contains("waits for a topic that is not there", StringComparison.Ordinal)),
                "it says what it waits for");
            Produce(cluster, cancellation);
            await Eventually.TrueAsync(() => process.HasExited || Settled(lines) == (2, 1, 2), "every record is settled");

            Assert.False(process.HasExited, string.Join('\n', lines));
            var entries = new Dictionary<string, long?>();
            await foreach (var row in new TableServiceClient(azurite.ConnectionString).GetTableClient("ledger")
                .QueryAsync<TableEntity>(cancellationToken: cancellation))
            {
                if (row.RowKey.StartsWith("entry!", StringComparison.Ordinal))
                {
                    entries.Add(row.RowKey, row.GetInt64("Cents"));
                }
            }

            Assert.Equal(new Dictionary<string, long?> { ["entry!p-1"] = 1250, ["entry!p-2"] = 99 }, entries);
            Assert.Equal(["no-subject: {}", "not-json: no payment at all"], DeadLetters(cluster.Brokers));

            // It ends in good order, with its offsets committed. Not SIGINT: what a shell starts in the background ignores that.
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await Eventually.TrueAsync(() => process.HasExited, "the program ends");
            Assert.True(process.ExitCode == 0, string.Join('\n', lines));
            Assert.Equal(5, Committed(cluster.Brokers));
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

    private static void Produce(MockCluster cluster, CancellationToken cancellationToken)
    {
        cluster.CreateTopic("payments.ledger.dead-letters", 1);
        cluster.CreateTopic("payments", 2);
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = cluster.Brokers }).Build();
        const string Twice = """{"id":"p-1","cents":1250}""";
        foreach (var (value, partition) in (ReadOnlySpan<(string, int)>)[(Twice, 0), ("""{"id":"p-2","cents":99}""", 1), (Twice, 1),
            ("no payment at all", 0), ("{}", 1)])
        {
            producer.Produce(new TopicPartition("payments", partition), new Message<Null, string> { Value = value });
        }

        producer.Flush(cancellationToken);
    }

    private static (int Applied, int Duplicates, int DeadLettered) Settled(IEnumerable<string> lines)
    {
        var batches = lines.Select(line => Counts().Match(line)).Where(match => match.Success).ToList();
        int Sum(string what) => batches.Sum(match => int.Parse(match.Groups[what].ValueSpan, CultureInfo.InvariantCulture));

        return (Sum("applied"), Sum("duplicates"), Sum("dead"));
    }

    private static List<string> DeadLetters(string brokers)
    {
        using var consumer = new ConsumerBuilder<Ignore, string>(
            new ConsumerConfig { BootstrapServers = brokers, GroupId = "reader", AutoOffsetReset = AutoOffsetReset.Earliest }).Build();
        consumer.Assign(new TopicPartition("payments.ledger.dead-letters", 0));
        var letters = new List<string>();
        while (letters.Count < 2)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(60));
            Assert.NotNull(result);
            letters.Add($"{Encoding.UTF8.GetString(result.Message.Headers.GetLastBytes("dead-letter-reason"))}: {result.Message.Value}");
        }

        return [.. letters.Order(StringComparer.Ordinal)];
    }

    private static long Committed(string brokers)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(
            new ConsumerConfig { BootstrapServers = brokers, GroupId = "ledger" }).Build();
        return consumer.Committed([new TopicPartition("payments", 0), new TopicPartition("payments", 1)], TimeSpan.FromSeconds(60)).Sum(
            offset => offset.Offset.Value);
    }

    [GeneratedRegex(@"(?<applied>\d+) applied, (?<duplicates>\d+) duplicates, (?<dead>\d+) dead-lettered")]
    private static partial Regex Counts();
}
