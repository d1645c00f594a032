using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Cli.Traffic;
using FunctionsConsumers.Lab.Guarantees;
using FunctionsConsumers.Lab.Traffic;

namespace FunctionsConsumers.Cli.Lab;

/// <summary><c>fc lab</c>: the same traffic and the same faults under three guarantees.</summary>
internal static class LabCommand
{
    private const int DefaultOrders = 500;
    private const decimal DefaultDuplicates = 0.1m;
    private const int DefaultFaults = 35;
    private const int DefaultPartitions = 3;

    /// <summary>Makes the command.</summary>
    /// <param name="caller">Who calls.</param>
    /// <returns>The command.</returns>
    public static Command Create(Caller caller)
    {
        var orders = SharedOptions.Whole("--orders", "How many distinct orders (default 500)", 1, 10_000);
        var traffic = new TrafficOptions(DefaultDuplicates);
        var faults = SharedOptions.Whole("--faults",
            "Of a hundred batches of 20 records, how many meet a crash, a lost answer or request, or a rebalance (default 35)", 0, 100);
        var partitions = SharedOptions.Whole("--partitions", "Partitions of the topic (default 3)", 1, 100);
        var command = new Command("lab",
            "Sends the same seeded orders through the same seeded faults at-most-once, at-least-once and effectively-once, on embedded "
            + "services of its own, and counts what each loses and doubles. Exit code 1 where effectively-once does either, or the others "
            + "show nothing.")
        {
            orders, traffic.Duplicates, traffic.Seed, faults, partitions, KillCommand.Create(caller),
        };
        return command.Runs(caller, call =>
        {
            if (call.TargetOptions is not { Brokers: null, Tables: null, Topic: null })
            {
                throw new CommandException(
                    "fc lab takes no --brokers, --tables or --topic: each guarantee needs an empty broker and empty tables, and it starts "
                    + "its own");
            }

            var plan = new TrafficPlan(
                (int)(call.Given.GetValue(orders) ?? DefaultOrders), call.Given.GetValue(traffic.Duplicates)
                ?? DefaultDuplicates, 0, call.Given.GetValue(traffic.Seed) ?? TrafficPlan.RandomSeed());
            return RunAsync(call, plan, (int)(call.Given.GetValue(faults) ?? DefaultFaults),
                (int)(call.Given.GetValue(partitions) ?? DefaultPartitions));
        }, OnSilence.LeaveToTheCommand);
    }

    private static async Task<int> RunAsync(Invocation call, TrafficPlan plan, int faults, int partitions)
    {
        var clock = Stopwatch.StartNew();
        call.Terminal.Say(string.Create(CultureInfo.InvariantCulture,
            $"{Counted.Of(plan.Orders, "order")}, {Counted.Of(plan.ResendCount, "resend")}, three times; seed {plan.Seed}"));
        var schedule = new FaultSchedule(plan.Seed, faults);
        var reports = new List<GuaranteeReport>();
        foreach (var guarantee in Enum.GetValues<Guarantee>())
        {
            reports.Add(await call.Terminal.WithProgressAsync(guarantee.Name(), GuaranteeRun.Groups.Count * plan.RecordCount, report =>
                new GuaranteeRun(guarantee, plan, schedule, partitions).RunAsync(report, call.Stop)));
        }

        var notGood = LabVerdict.Of(reports);
        var result = new LabReport(
            plan.Seed, plan.Orders, plan.ResendCount, reports, notGood.Count == 0, notGood, Math.Round(clock.Elapsed.TotalSeconds, 1));
        if (call.Json)
        {
            call.PrintJson(result);
        }
        else
        {
            Print(call.Terminal, result);
        }

        await call.Terminal.Out.FlushAsync(CancellationToken.None);
        foreach (var line in notGood)
        {
            call.Terminal.Say("fc: " + line);
        }

        return result.Ok ? ExitCode.Good : ExitCode.NotGood;
    }

    // At most 72 columns, so that it fits a terminal, a mail and the README: what the guarantees do stands below the table.
    internal static void Print(Terminal terminal, LabReport report)
    {
        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.Orders} orders for {GuaranteeRun.Groups.Count} groups, {report.Resends} of them sent twice, seed "
            + $"{report.Seed}"));
        terminal.Out.WriteLine(report.Guarantees[^1].Faults.Describe());
        var table = Terminal.Table("guarantee", "#effects", "#lost", "#doubled", "#stock off by");
        foreach (var guarantee in report.Guarantees)
        {
            Terminal.AddRow(table, guarantee.Name, guarantee.Effects, BadFigure.UnlessZero(guarantee.Lost),
                BadFigure.UnlessZero(guarantee.Doubled), BadFigure.UnlessZero(guarantee.StockOff));
        }

        terminal.Print(table);
        var width = report.Guarantees.Max(guarantee => guarantee.Name.Length);
        foreach (var guarantee in report.Guarantees)
        {
            terminal.Out.WriteLine($"{guarantee.Name.PadRight(width)}  {guarantee.Steps}");
        }

        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"in {report.Seconds:0.0} s"));
    }
}
