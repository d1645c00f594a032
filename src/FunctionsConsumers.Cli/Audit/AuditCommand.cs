using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Audit;
using FunctionsConsumers.Audit.Sessions;
using FunctionsConsumers.Audit.Verdicts;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Lab.Services;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Cli.Audit;

/// <summary><c>fc audit</c>.</summary>
internal static class AuditCommand
{
    private const int DefaultWaitSeconds = 60;

    /// <summary>Makes the command.</summary>
    /// <param name="caller">Who calls.</param>
    /// <returns>The command.</returns>
    public static Command Create(Caller caller)
    {
        var wait = SharedOptions.Whole("--wait", "Seconds to wait until every group stands at the end seen at the start (default 60)", 0, 86_400);
        var heal = new Option<bool>("--heal")
        {
            Description = "First handle what the host skipped, as the function GapAudit does: records below the committed offset that were never finished. "
                + "Safe beside running hosts, which send what it leaves in the outbox. Adds to the JSON \"healed\": [{\"group\", \"found\", \"healed\", \"dropped\"}]",
        };
        var command = new Command("audit", "Compares topic and tables: is every order handled once by every group? Exit code 1 where not, 2 where that cannot be said.") { wait, heal };
        return command.Runs(caller, async call =>
        {
            var healed = call.Given.GetValue(heal) ? await call.Terminal.WithProgressAsync("Healing", 0, _ => Healing.RunAsync(call)) : null;
            if (healed is not null && !call.Json)
            {
                Healing.Print(call.Terminal, healed);
            }

            var outcome = await call.Terminal.WithProgressAsync("Auditing", 0, _ =>
                new AuditSession(call.Target().Audited(), Groups.All).RunAsync(null, TimeSpan.FromSeconds(call.Given.GetValue(wait) ?? DefaultWaitSeconds), call.Stop));
            if (call.Json)
            {
                call.PrintJson(outcome.Report with { Healed = healed });
            }
            else
            {
                AuditPrinting.Print(call.Terminal, outcome.Report);
            }

            AuditPrinting.Explain(call.Terminal, outcome);
            if (healed is not null && outcome.Report.Groups.Any(group => group.Outbox > 0))
            {
                call.Terminal.Say("fc: --heal sends nothing itself: what it left in the outbox waits for a running host, so start ./run if nothing runs");
            }

            return AuditPrinting.ExitCodeOf(outcome);
        });
    }
}

/// <summary>An audit for a person to read.</summary>
internal static class AuditPrinting
{
    /// <summary>The exit code: what could not be audited is never good, and never merely bad.</summary>
    /// <param name="outcome">The outcome.</param>
    /// <returns>The exit code.</returns>
    public static int ExitCodeOf(AuditOutcome outcome) => !outcome.IsWhole ? ExitCode.NotDone : outcome.Report.Ok ? ExitCode.Good : ExitCode.NotGood;

    /// <summary>Prints the numbers as a table.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="report">The numbers.</param>
    public static void Print(Terminal terminal, AuditReport report)
    {
        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Topic}: {report.Records} records, {report.DistinctOrders} distinct orders, {report.Poison} poison"));
        var table = Terminal.Table("group", "#applied", "#duplicates", "#dead-lettered", "#outbox", "#pending", "#lost", "#doubled");
        foreach (var group in report.Groups)
        {
            Terminal.AddRow(table, group.Group, group.Applied, group.Duplicates, group.DeadLettered, group.Outbox, group.Pending, group.Lost, group.Doubled);
        }

        terminal.Print(table);
    }

    /// <summary>Says beside the result what is not good, and what could not be audited.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="outcome">The outcome.</param>
    public static void Explain(Terminal terminal, AuditOutcome outcome)
    {
        foreach (var line in outcome.Findings.Lines)
        {
            terminal.Say(line);
        }

        if (outcome.Findings.Count > outcome.Findings.Lines.Count)
        {
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"… and {outcome.Findings.Count - outcome.Findings.Lines.Count} more"));
        }

        if (outcome.Gone is not null)
        {
            terminal.Say($"fc: offsets that the broker no longer holds cannot be audited: {outcome.Gone}; the numbers are of what it holds");
        }

        if (outcome.Behind is not null)
        {
            terminal.Say($"fc: the groups did not reach the end in time (records to go: {outcome.Behind}): start ./run if nothing runs, or give more time with --wait");
        }
    }
}
