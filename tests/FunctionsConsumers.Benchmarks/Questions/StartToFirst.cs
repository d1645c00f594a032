using System.Diagnostics;
using Azure;
using Azure.Data.Tables;
using FunctionsConsumers.Benchmarks.Measuring;
using FunctionsConsumers.Benchmarks.Rigs;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Lab.Traffic;
using FunctionsConsumers.LocalHost.Embedded;

namespace FunctionsConsumers.Benchmarks.Questions;

/// <summary>
/// How long nobody handles orders when a host is started anew: from the start of its process until the first invoice can be read
/// from the tables. Broker and tables are there, and orders wait on the topic.
/// </summary>
internal sealed class StartToFirst : IQuestion
{
    private const double Goal = 2;
    private const string Topic = "order-events";

    // A batch's worth, so that the host's window of a second for gathering one is not measured.
    private const int Waiting = 1_000;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    public string Name => "start";

    public string Asks => $"from the start of a host to the first of {Waiting:N0} waiting orders handled, services up";

    public string Against => "–";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        if (FcProgram.Of(bench.Root) is not { } app)
        {
            return [Figure.Missing("fc is not built: start ./bench, which builds it.")];
        }

        var seconds = await Rounds.OfAsync(() => StartAsync(bench, app, cancellationToken));
        return [Figure.AtMost("billing", Rounds.Median(seconds), Goal, " s", Rounds.Line(seconds))];
    }

    private static async Task<double> StartAsync(Bench bench, string app, CancellationToken cancellationToken)
    {
        // Services of its own for each round: a second host would find everything handled.
        await using var services = await EmbeddedServices.StartAsync(kafka: true, tables: true, Topic, 1, cancellationToken);
        var (brokers, tables) = (services.Brokers!, services.TablesConnectionString!);
        await TrafficProducer.ProduceAsync(
            new KafkaConnection(brokers), Topic, new TrafficPlan(Waiting, 0, 0, bench.Seed), null, _ => { }, cancellationToken);
        var invoices = new TableServiceClient(tables).GetTableClient("billing");
        var home = Directory.CreateTempSubdirectory("bench-start-").FullName;
        try
        {
            File.Copy(Path.Combine(bench.Root, "host.json"), Path.Combine(home, "host.json"));
            var start = new ProcessStartInfo(
                "dotnet", [app, "run", "--brokers", brokers, "--tables", tables, "--topic", Topic, "--http", "0"])
            {
                WorkingDirectory = home,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["FC_HOME"] = home;
            var began = Stopwatch.GetTimestamp();
            using var host = Process.Start(start) ?? throw new InvalidOperationException("dotnet could not be started.");
            var said = host.StandardError.ReadToEndAsync(CancellationToken.None);
            _ = host.StandardOutput.ReadToEndAsync(CancellationToken.None);
            try
            {
                while (!await AnyAsync(invoices, cancellationToken))
                {
                    if (host.HasExited)
                    {
                        throw new InvalidOperationException($"The host ended with {host.ExitCode}: {await said}");
                    }

                    await Task.Delay(BetweenLooks, cancellationToken);
                }

                return Stopwatch.GetElapsedTime(began).TotalSeconds;
            }
            finally
            {
                host.Kill();
                await host.WaitForExitAsync(CancellationToken.None);
            }
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task<bool> AnyAsync(TableClient invoices, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var _ in invoices.QueryAsync<TableEntity>(
                "RowKey ge 'invoice!' and RowKey lt 'invoice\"'", 1, ["RowKey"], cancellationToken))
            {
                return true;
            }

            return false;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            // The host makes the table.
            return false;
        }
    }
}
