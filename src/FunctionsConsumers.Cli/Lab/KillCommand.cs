using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Audit;
using FunctionsConsumers.Cli.Audit;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Cli.Traffic;
using FunctionsConsumers.Lab.Kill;
using FunctionsConsumers.Lab.Services;
using FunctionsConsumers.Lab.Traffic;
using FunctionsConsumers.LocalHost.Sessions;

namespace FunctionsConsumers.Cli.Lab;

/// <summary><c>fc lab kill</c>.</summary>
internal static class KillCommand
{
    private const int DefaultOrders = 100_000;
    private const decimal DefaultDuplicates = 0.1m;
    private const int DefaultHosts = 3;
    private const int DefaultEverySeconds = 10;
    private const int DefaultOutageSeconds = 10;
    private const int DefaultWaitSeconds = 1_800;

    // Of the 5 MiB of a partition that the embedded broker keeps, with some to spare.
    private const int EmbeddedRecordsOfAPartition = 5_000;

    // The shortest that a broker takes unless it is set up otherwise; the embedded one waits for a session's end at each rebalance.
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan EmbeddedSession = TimeSpan.FromSeconds(3);

    /// <summary>Makes the command.</summary>
    public static Command Create(Caller caller)
    {
        var orders = SharedOptions.Whole("--orders", "How many distinct orders (default 100000)", 1, 100_000_000);
        var traffic = new TrafficOptions(DefaultDuplicates);
        var hosts = SharedOptions.Whole("--hosts", "How many hosts, each a process (default 3)", 1, 20);
        var every = SharedOptions.Whole("--every",
            "Seconds between two kills, on average; later where the groups have not moved since the last one (default 10)", 1, 3_600);
        var kills = SharedOptions.Whole("--kills", "Kills at most (default as many as come until all is handled)", 1, 1_000_000);
        var outage = SharedOptions.Whole("--outage", "Seconds for which the tables are taken away, once (default 10)", 2, 60);
        var wait = SharedOptions.Whole("--wait", "Seconds until all has to be handled and sent (default 1800)", 1, 86_400);
        var partitions = SharedOptions.Whole("--partitions", "Partitions of the topic where it has to be made (default 6)", 1, 1_000);
        var embedded = new Option<bool>("--embedded")
        {
            Description = "The short form: on an embedded broker, which keeps about 5 MiB a partition and cannot be restarted",
        };
        var kafkaHome = new Option<string?>("--kafka-home")
        {
            Description = "Start a broker of this Kafka distribution (4.x; setting KAFKA_HOME), kill it once and start it again",
            HelpName = "folder",
        };
        var command = new Command("kill", "Sends orders to hosts of its own and kills a random one with SIGKILL every few seconds; "
            + "takes the tables away once, kills the broker once, and audits. Exit code 1 where anything is lost or doubled.")
        {
            orders, hosts, every, kills, outage, wait, partitions, embedded, kafkaHome,
        };
        traffic.AddTo(command);
        command.Validators.Add(result =>
        {
            var named = new Option[] { embedded, kafkaHome, SharedOptions.Brokers }
                .Where(option => result.GetResult(option) is { Implicit: false })
                .ToList();
            if (named.Count > 1)
            {
                result.AddError($"{named[0].Name} and {named[1].Name} name two brokers: give one");
            }
        });
        return command.Runs(caller, call =>
        {
            long Number(Option<long?> option, long absent) => call.Given.GetValue(option) ?? absent;

            var plan = traffic.Plan(call.Given, (int)Number(orders, DefaultOrders));
            var options = new KillOptions(
                (int)Number(hosts, DefaultHosts), TimeSpan.FromSeconds(Number(every, DefaultEverySeconds)), call.Given.GetValue(kills),
                TimeSpan.FromSeconds(Number(outage, DefaultOutageSeconds)),
                (int)Number(partitions, RunSession.DefaultPartitions), call.Given.GetValue(traffic.Rate),
                TimeSpan.FromSeconds(Number(wait, DefaultWaitSeconds)));
            return RunAsync(call, plan, options, new BrokerChoice(call.Given.GetValue(embedded), call.Given.GetValue(kafkaHome)));
        }, OnSilence.LeaveToTheCommand);
    }

    private static async Task<int> RunAsync(Invocation call, TrafficPlan plan, KillOptions options, BrokerChoice broker)
    {
        if (broker.Embedded && plan.RecordCount > (long)options.Partitions * EmbeddedRecordsOfAPartition)
        {
            throw new CommandException(string.Create(CultureInfo.InvariantCulture,
                $"the embedded broker keeps no {plan.RecordCount} records in {options.Partitions} partitions: give fewer --orders or more "
                    + $"--partitions ({EmbeddedRecordsOfAPartition} records for each), or a real Kafka with --kafka-home"));
        }

        using var folder = new LabFolder(broker.Embedded ? EmbeddedSession : Session);
        call.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{Counted.Of(plan.RecordCount, "record")}, "
            + $"{Counted.Of(options.Hosts, "host")}, seed {plan.Seed}: starting broker, tables and hosts; "
            + $"what they say is in .local/logs/lab-*.log"));
        await using var services = await LabServices.StartAsync(
            call.TargetOptions, call.Environment, broker, options.Partitions, folder, call.Stop);
        await using var fleet = new HostFleet(services.Target, folder, options.Partitions);
        fleet.Start(options.Hosts);
        using var run = new KillRun(services, fleet, plan, options, call.Terminal.ShowsProgress ? _ => { } : call.Terminal.Say);
        await run.JoinAsync(call.Stop);
        var took = await call.Terminal.WithProgressAsync("Killing hosts", run.Total, handled => run.DisturbAsync(handled, call.Stop));
        var outcome = await call.Terminal.WithProgressAsync("Auditing", 0, _ => run.AuditAsync(call.Stop));
        var report = run.Report(outcome.Report, took);
        if (call.Json)
        {
            call.PrintJson(report);
        }
        else
        {
            Print(call.Terminal, outcome.Report, report);
        }

        await call.Terminal.Out.FlushAsync(CancellationToken.None);
        AuditPrinting.Explain(call.Terminal, outcome);
        return AuditPrinting.ExitCodeOf(outcome, isStrict: true);
    }

    private static void Print(Terminal terminal, AuditReport audit, KillReport report)
    {
        AuditPrinting.Print(terminal, audit);
        void Line(FormattableString line) => terminal.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));

        Line($"kills            {report.Kills} of {report.Hosts} hosts, {report.KillsInTraffic} while they had records to handle");
        if (report.TableOutageSeconds is { } outage)
        {
            Line($"tables away      once, for {outage:0.0} s");
        }

        if (report.BrokerRestartSeconds is { } restart)
        {
            Line($"broker killed    once, back after {restart:0.0} s");
        }

        if (report.HostsGivenUp > 0)
        {
            Line($"hosts given up   {report.HostsGivenUp} at their start, since broker or tables did not answer in time; started again");
        }

        foreach (var leftOut in report.LeftOut)
        {
            Line($"left out         {leftOut}");
        }

        Line($"handled in       {report.Seconds:0.0} s, seed {report.Seed}");
    }
}
