using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Cli.Audit;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Cli.Traffic;
using FunctionsConsumers.Lab.Proving;
using FunctionsConsumers.Lab.Traffic;
using FunctionsConsumers.LocalHost.Sessions;

namespace FunctionsConsumers.Cli.Run;

/// <summary><c>fc run</c>: the functions on this machine, and with <c>--orders</c> the proof that they handle each order once.</summary>
internal static class RunCommand
{
    private const int DefaultWaitSeconds = 300;

    /// <summary>Makes the command.</summary>
    public static Command Create(Caller caller)
    {
        var orders = SharedOptions.Whole(
            "--orders", "Produce so many distinct orders, wait until all are handled, and audit", 0, 100_000_000);
        var traffic = new TrafficOptions();
        var exit = new Option<bool>("--exit") { Description = "With --orders: end after the audit, with its exit code" };
        var wait = SharedOptions.Whole(
            "--wait", "With --orders: seconds to wait until all groups stand at the end and the outbox is empty (default 300)", 0, 86_400);
        var partitions = SharedOptions.Whole("--partitions", "Partitions of the topic where it has to be made (default 6)", 1, 1_000);
        var http = SharedOptions.Whole(
            "--http", "Port of the status page on 127.0.0.1; 0 for any free one (default 7071, or a free one)", 0, 65_535);
        var command = new Command("run",
            "Runs the functions. Starts an embedded broker and tables where neither options nor settings nor another fc run name any.")
        {
            orders, exit, wait, partitions, http,
        };
        traffic.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(orders) is null
                && new Option[] { exit, traffic.Duplicates, traffic.Poison, traffic.Seed, traffic.Rate, wait }
                    .FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } alone)
            {
                result.AddError($"{alone.Name} goes with --orders, which says how many orders to produce");
            }
        });
        return command.Runs(caller, async call =>
        {
            var isQuiet = call.Given.GetValue(orders) is not null;
            await using var session = await RunSession.StartAsync(
                call.SessionOptions((int?)call.Given.GetValue(partitions)) with
                {
                    HttpPort = (int?)call.Given.GetValue(http), Quiet = isQuiet, IsProof = isQuiet && call.Given.GetValue(exit),
                },
                call.Stop);
            var code = ExitCode.Good;
            if (call.Given.GetValue(orders) is { } count)
            {
                var plan = traffic.Plan(call.Given, (int)count);
                code = await ProveAsync(call, session, plan, call.Given.GetValue(traffic.Rate),
                    TimeSpan.FromSeconds(call.Given.GetValue(wait) ?? DefaultWaitSeconds));
                if (call.Given.GetValue(exit))
                {
                    return code;
                }
            }

            SayHow(call.Terminal, session.HttpAddress);
            await session.UntilStoppedAsync();
            return code == ExitCode.NotDone ? code : ExitCode.Good;
        }, OnSilence.LeaveToTheCommand);
    }

    private static async Task<int> ProveAsync(Invocation call, RunSession session, TrafficPlan plan, long? rate, TimeSpan wait)
    {
        call.Terminal.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{Counted.Of(plan.RecordCount, "record")} for {session.Target.Topic} at {session.Target.Kafka().Brokers}, seed {plan.Seed}"));
        using var run = new ProvingRun(session, plan, rate, wait);
        await run.JoinAsync(call.Stop);
        await call.Terminal.WithProgressAsync("Producing", plan.RecordCount, taken => run.ProduceAsync(taken, call.Stop));
        await call.Terminal.WithProgressAsync("Handling", run.Total, handled => run.HandleAsync(handled, call.Stop));
        await call.Terminal.WithProgressAsync("Emptying the outbox", 0, _ => run.EmptyOutboxAsync(call.Stop));
        var outcome = await call.Terminal.WithProgressAsync("Auditing", 0, _ => run.AuditAsync(call.Stop));
        var report = run.Report(outcome.Report);
        if (call.Json)
        {
            call.PrintJson(report);
        }
        else
        {
            Print(call.Terminal, report);
        }

        await call.Terminal.Out.FlushAsync(CancellationToken.None);
        AuditPrinting.Explain(call.Terminal, outcome);
        return AuditPrinting.ExitCodeOf(outcome, isStrict: true);
    }

    private static void Print(Terminal terminal, RunReport report)
    {
        var table = Terminal.Table("group", "#applied", "#duplicates", "#dead-lettered", "#lost", "#doubled", "#stock off");
        foreach (var group in report.Groups)
        {
            Terminal.AddRow(table, group.Group, group.Applied, group.Duplicates, group.DeadLettered, BadFigure.UnlessZero(group.Lost),
                BadFigure.UnlessZero(group.Doubled), BadFigure.UnlessZero(group.StockOff));
        }

        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"records          {report.Records}"));
        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"distinct orders  {report.DistinctOrders}"));
        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"poison           {report.Poison}"));
        terminal.Print(table);
        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"throughput       {report.OrdersPerSecond:0} orders/s, "
            + $"each handled by all groups, in {report.Seconds:0.0} s; outbox empty after {report.OutboxSeconds:0.0} s"));
        terminal.Out.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"peak memory      {report.PeakMemoryBytes / 1_048_576.0:0} MB"));
    }

    private static void SayHow(Terminal terminal, string? http)
    {
        if (http is not null)
        {
            terminal.Say($"Status page:  {http}/api/status");
        }

        terminal.Say(
            "Send orders:  ./fc produce --count 100   (or write {\"order_id\": \"123\", \"product\": \"Laptop\"} with any Kafka client)");
        terminal.Say("Watch them:   ./fc tail order-events --from-beginning   (and ./fc groups, ./fc audit)");
        terminal.Say("Stop:         Ctrl-C, once to finish what is under way, twice to end at once");
    }
}
