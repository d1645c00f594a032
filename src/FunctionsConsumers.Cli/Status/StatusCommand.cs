using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Operations.Hosts;

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
            using var look = new StatusLook(system);
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

    private static void Print(Terminal terminal, StatusOnScreen report)
    {
        foreach (var service in report.Services)
        {
            terminal.PrintText($"{service.Service,-7} {(service.Ok ? "ok" : "NOT REACHED")}, {service.Detail}");
        }

        var table = Terminal.Table("group", "state", "#lag", "trend", "#rate", "#outbox", "#age s", "#parked", "#dead");
        foreach (var group in report.Groups)
        {
            var dead = group.DeadLetters?.Values.Sum();
            Terminal.AddRow(
                table, group.Group, BadFigure.If(group.State, group.State == "Empty"), BadFigure.If(group.Lag, group.IsSilent),
                group.Trend == LagTrend.Unknown ? null : JsonNamingPolicy.KebabCaseLower.ConvertName(group.Trend.ToString()),
                group.Rate?.ToString("0.0", CultureInfo.InvariantCulture), group.Outbox, group.OutboxAgeSeconds,
                BadFigure.If(group.Parked, group.Parked > 0), BadFigure.If(dead, dead > 0));
        }

        terminal.Print(table);
        foreach (var group in report.Groups)
        {
            foreach (var trouble in Troubles(group))
            {
                terminal.PrintText($"{group.Group}: {trouble}");
            }
        }

        foreach (var host in report.Hosts)
        {
            terminal.PrintText(string.Create(
                CultureInfo.InvariantCulture, $"host {host.Host} process {host.Process}: {host.Partitions} partitions"));
            foreach (var function in host.Functions)
            {
                terminal.PrintText("  " + function);
            }
        }

        terminal.PrintText($"last error: {report.LastError ?? "none"}");
    }

    // What is not as it should be, with the command that shows or mends it.
    private static IEnumerable<string> Troubles(GroupOnScreen group)
    {
        if (group.IsSilent)
        {
            yield return "handles nothing while its lag rises: fc groups shows its members, and the log of their host says why";
        }

        if (group is { State: "Empty", Lag: > 0 })
        {
            yield return "nobody consumes: start a host";
        }

        if (group.DeadLetters is { Count: > 0 })
        {
            var reasons = group.DeadLetters.OrderByDescending(reason => reason.Value)
                .Select(reason => string.Create(CultureInfo.InvariantCulture, $"{reason.Value} {reason.Key}"));
            yield return $"open dead letters: {string.Join(", ", reasons)}; fc dead-letters count says why, and redrive sends them again";
        }

        if (group.Waits is not null)
        {
            yield return $"a message waits: {group.Waits} (fc outbox list)";
        }

        if (group.Parked > 0)
        {
            yield return "parked messages wait for a person: fc outbox resend --parked, or drop";
        }

        if (group.Error is { } error)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"last said {error.At.UtcDateTime:HH:mm:ss} UTC by {error.Machine} process {error.Process}: {error.Text}");
        }
    }
}
