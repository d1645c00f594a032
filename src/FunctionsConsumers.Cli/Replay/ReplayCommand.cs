using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Operations.Replays;
using FunctionsConsumers.Orders;
using FunctionsConsumers.Orders.Billing;

namespace FunctionsConsumers.Cli.Replay;

/// <summary><c>fc replay</c>.</summary>
internal static class ReplayCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Caller caller)
    {
        var from = TimeOption.Create("--from", "Records of this time or later");
        from.Required = true;
        var to = TimeOption.Create("--to", "Records before this time");
        to.Required = true;
        var name = new Option<string>("--as")
        {
            Description = "The replay's own group, which is the name of its table: letters and digits",
            HelpName = "group",
            Required = true,
        };
        var like = new Option<string>("--like")
        {
            Description = "The live group whose decisions are taken (default billing)",
            HelpName = "group",
            DefaultValueFactory = _ => InvoiceConsumer.GroupName,
        };
        like.AcceptOnlyFromAmong([.. Groups.All]);
        var replay = new Command(
            "replay",
            "Handles the records of a window of time once more, by this build and today's catalog, into a table of its own, "
            + "and compares with the live group's effects. The live group is only read, and nothing is sent. Exit code 1 where an effect "
            + "differs or is missing.") { from, to, name, like };
        return replay.Runs(caller, async call =>
        {
            using var system = OperatedSystem.Of(call.Target());
            var window = new WindowReplay(system.Services, system.Log);
            var result = await call.Terminal.WithProgressAsync("Replaying", 1_000, report => window.RunAsync(
                call.Given.GetRequiredValue(name),
                call.Given.GetRequiredValue(like),
                call.Given.GetValue(from)!.Value,
                call.Given.GetValue(to)!.Value,
                (done, total) => report(total == 0 ? 1_000 : done * 1_000 / total),
                call.Stop));
            if (call.Json)
            {
                call.PrintJson(result);
            }
            else
            {
                Print(call.Terminal, result);
            }

            return result.Different + result.Missing == 0 ? ExitCode.Good : ExitCode.NotGood;
        });
    }

    private static void Print(Terminal terminal, ReplayResult result)
    {
        terminal.PrintText(string.Create(CultureInfo.InvariantCulture,
            $"{result.Records} records into table {result.Group}, as {result.Like}: {result.Applied} applied, "
                + $"{result.Duplicates} duplicates, {result.DeadLettered} dead-lettered"));
        foreach (var (reason, count) in result.Reasons.OrderByDescending(reason => reason.Value))
        {
            terminal.PrintText(string.Create(CultureInfo.InvariantCulture, $"  {count} {reason}"));
        }

        terminal.PrintText(string.Create(CultureInfo.InvariantCulture,
            $"compared with {result.Like}: {result.Same} the same, {result.Different} different, {result.Missing} missing there"));
        foreach (var difference in result.Differences)
        {
            terminal.PrintText($"  {Printed.Of(difference.OrderId)}: {Printed.Of(difference.Detail)}");
        }
    }
}
