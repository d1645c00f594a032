using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Audit;
using FunctionsConsumers.Audit.Sessions;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Lab.Services;
using FunctionsConsumers.Orders;
using FunctionsConsumers.Orders.Mail;

namespace FunctionsConsumers.Cli.Audit;

/// <summary><c>fc audit</c>.</summary>
internal static class AuditCommand
{
    private const int DefaultWaitSeconds = 60;

    /// <summary>Makes the command.</summary>
    public static Command Create(Caller caller)
    {
        var wait = SharedOptions.Whole(
            "--wait", "Seconds to wait until every group stands at the end seen at the start (default 60)", 0, 86_400);
        var heal = new Option<bool>("--heal")
        {
            Description = "First handle what the host skipped, as the function GapAudit does: records below the committed offset that "
                + "were never finished. Safe beside running hosts, which send what it leaves in the outbox. Adds to the JSON \"healed\": "
                + "[{\"group\", \"found\", \"healed\", \"dropped\"}]",
        };
        var findings = new Option<FileInfo?>("--findings")
        {
            Description = "Write everything that is not good to this file, as a JSON array with one finding a line",
            HelpName = "file",
        };
        var strict = new Option<bool>("--strict")
        {
            Description = "Exit code 2 also where the log does not hold everything any more; without it the verdict is on what it holds",
        };
        var command = new Command("audit", "Compares topic and tables: is every order handled once by every group? Exit code 1 where not, "
            + "2 where that cannot be said.") { wait, heal, findings, strict };
        return command.Runs(caller, async call =>
        {
            var healed = call.Given.GetValue(heal)
                ? await call.Terminal.WithProgressAsync("Healing", 0, _ => Healing.RunAsync(call))
                : null;
            if (healed is not null && !call.Json)
            {
                Healing.Print(call.Terminal, healed);
            }

            var outcome = await call.Terminal.WithProgressAsync("Auditing", 0, _ =>
                new AuditSession(call.Target().Audited(), Groups.All)
                    .RunAsync(null, TimeSpan.FromSeconds(call.Given.GetValue(wait) ?? DefaultWaitSeconds), call.Stop));
            if (call.Json)
            {
                call.PrintJson(outcome.Report with { Healed = healed });
            }
            else
            {
                AuditPrinting.Print(call.Terminal, outcome.Report);
            }

            if (call.Given.GetValue(findings) is { } file)
            {
                AuditPrinting.Write(file, outcome.Report.Findings, call);
            }

            await call.Terminal.Out.FlushAsync(CancellationToken.None);
            AuditPrinting.Explain(call.Terminal, outcome);
            if (healed is not null && outcome.Report.Groups.Any(group => group.Outbox > 0))
            {
                call.Terminal.Say("fc: --heal sends nothing itself: what it left in the outbox waits for a running host, "
                    + "so start ./run if nothing runs");
            }

            var isStrict = call.Given.GetValue(strict);
            return isStrict && outcome.Report.Unaudited > 0 ? ExitCode.NotDone : AuditPrinting.ExitCodeOf(outcome, isStrict);
        });
    }
}

/// <summary>An audit for a person to read.</summary>
internal static class AuditPrinting
{
    private const int ShownFindings = 20;

    /// <summary>The exit code: what could not be audited is never good, and never merely bad.</summary>
    public static int ExitCodeOf(AuditOutcome outcome, bool isStrict) =>
        outcome.Behind is not null || (isStrict && !outcome.IsWhole)
            ? ExitCode.NotDone
            : outcome.Report.Ok ? ExitCode.Good : ExitCode.NotGood;

    /// <summary>Prints the numbers as a table.</summary>
    public static void Print(Terminal terminal, AuditReport report)
    {
        terminal.PrintText(string.Create(CultureInfo.InvariantCulture, $"{report.Topic}: {Counted.Of(report.Records, "record")}, "
            + $"{Counted.Of(report.DistinctOrders, "distinct order")}, {report.Poison} poison, "
            + $"{Counted.Of(report.Unaudited, "effect")} not audited"));
        var table = Terminal.Table(
            "group", "#applied", "#duplicates", "#dead-lettered", "#outbox", "#pending", "#lost", "#doubled", "#stock off");
        foreach (var group in report.Groups)
        {
            Terminal.AddRow(table, group.Group, group.Applied, group.Duplicates, group.DeadLettered,
                BadFigure.UnlessZero(group.Outbox), BadFigure.UnlessZero(group.Pending), BadFigure.UnlessZero(group.Lost),
                BadFigure.UnlessZero(group.Doubled), BadFigure.UnlessZero(group.StockOff));
        }

        terminal.Print(table);
        foreach (var group in report.Groups.Where(group => group.Skipped > 0))
        {
            terminal.PrintText(string.Create(
                CultureInfo.InvariantCulture,
                $"{group.Group}: {Counted.Of(group.Skipped, "record")} skipped on purpose, by fc offsets; neither handled nor lost"));
        }
    }

    /// <summary>Says beside the result what is not good, and ends with the verdict.</summary>
    public static void Explain(Terminal terminal, AuditOutcome outcome)
    {
        var findings = outcome.Report.Findings;
        foreach (var finding in findings.Take(ShownFindings))
        {
            terminal.Say(finding.ToString());
        }

        if (findings.Count > ShownFindings)
        {
            terminal.Say(string.Create(CultureInfo.InvariantCulture,
                $"… and {findings.Count - ShownFindings} more: fc audit --findings FILE writes all of them, --json prints them"));
        }

        if (outcome.Gone is not null)
        {
            terminal.Say(
                $"fc: offsets that the broker no longer holds cannot be audited: {outcome.Gone}; the numbers are of what it holds");
        }

        if (outcome.Behind is not null)
        {
            terminal.Say($"fc: the groups did not reach the end in time (records to go: {outcome.Behind}): start ./run if nothing runs, "
                + "or give more time with --wait");
        }

        terminal.Say(outcome.Report.Verdict);
    }

    /// <summary>Writes all findings to a file: a JSON array with one finding a line.</summary>
    /// <exception cref="CommandException">The file cannot be written.</exception>
    public static void Write(FileInfo file, IReadOnlyList<Finding> findings, Invocation call)
    {
        try
        {
            // Orders and addresses stand in it.
            OwnerOnly.CreateFolder(file.Directory!.FullName);
            OwnerOnly.Write(file.FullName, []);
            using var writer = file.AppendText();
            writer.Write('[');
            writer.Write(string.Join(',', findings.Select(finding => "\n" + call.JsonOf(finding))));
            writer.WriteLine("\n]");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CommandException(
                $"the findings cannot be written to {file.FullName} ({failure.Message}): name another file with --findings", failure);
        }
    }
}
