using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Cli.DeadLetters;

namespace FunctionsConsumers.Cli.Status;

/// <summary><c>fc status</c>: one screen.</summary>
internal static class StatusCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Caller caller)
    {
        var watch = Watching.Option();
        var status = new Command("status", "One screen: services, each group's lag and rate, outbox, dead letters by reason, last error, "
            + "hosts. Exit code 2 where a service does not answer.") { watch };
        return status.Runs(caller, async call =>
        {
            using var system = OperatedSystem.Of(call.Target());
            var look = new StatusLook(system);
            return await Watching.RunAsync(call, call.Given.GetValue(watch), async () =>
            {
                var report = await call.Terminal.WithProgressAsync("Looking", 0, _ => look.TakeAsync(call.Stop));
                if (call.Json)
                {
                    call.PrintJson(report);
                }
                else
                {
                    Print(call.Terminal, report);
                }

                return report.IsReached ? ExitCode.Good : ExitCode.NotDone;
            });
        });
    }

    private static void Print(Terminal terminal, StatusReport report)
    {
        foreach (var service in report.Services)
        {
            terminal.Out.WriteLine($"{service.Service,-7} {(service.Ok ? "ok" : "NOT REACHED")}, {Printed.Of(service.Detail)}");
        }

        var table = Terminal.Table("group", "state", "#lag", "#records/s", "#outbox", "#oldest s", "#parked", "#dead");
        foreach (var group in report.Groups)
        {
            Terminal.AddRow(
                table, group.Group, group.State, group.Lag, group.Rate?.ToString("0.0", CultureInfo.InvariantCulture), group.Outbox,
                group.OutboxAgeSeconds, group.Parked, group.DeadLetters.Values.Sum());
        }

        terminal.Print(table);
        foreach (var group in report.Groups.Where(group => group.DeadLetters.Count > 0))
        {
            var reasons = group.DeadLetters.OrderByDescending(reason => reason.Value).Select(reason => $"{reason.Value} {reason.Key}");
            terminal.Out.WriteLine($"open dead letters of {group.Group}: {string.Join(", ", reasons)}");
        }

        foreach (var host in report.Hosts)
        {
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"host {Printed.Of(host.Host)} process {Printed.Of(host.Process)}: {host.Partitions} partitions"));
            foreach (var function in host.Functions)
            {
                terminal.Out.WriteLine($"  {Printed.Of(function)}");
            }
        }

        terminal.Out.WriteLine($"last error: {(report.LastError is null ? "none" : Printed.Of(report.LastError))}");
    }
}
