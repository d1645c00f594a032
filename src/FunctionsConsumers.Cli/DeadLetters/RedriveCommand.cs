using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Operations.Redrives;

namespace FunctionsConsumers.Cli.DeadLetters;

/// <summary><c>fc dead-letters redrive</c>.</summary>
internal static class RedriveCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Caller caller)
    {
        var ids = new Argument<string[]>("ID")
        {
            Description = "Records, topic:partition:offset, as fc dead-letters list shows them",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var all = new Option<bool>("--all") { Description = "Every dead letter that the other options take" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be sent, and send nothing" };
        var parked = new Option<bool>("--parked")
        {
            Description = $"With ID: also letters that came back {DeadLetterRedrive.MostRedrives} times",
        };
        var which = new DeadLetterOptions();
        var redrive = new Command(
            "redrive",
            "Sends dead letters to the group that could not apply them again; no other group takes them. Each letter is sent once however "
            + "often the command is called, also where it was killed in between. Exit code 1 where a letter is not there or could "
            + "not be sent.") { ids, all, dryRun, parked };
        which.AddTo(redrive);
        redrive.Validators.Add(given =>
        {
            var ways = (given.GetValue(ids) is { Length: > 0 } ? 1 : 0) + (given.GetValue(all) ? 1 : 0)
                + (given.GetValue(which.Reason) is not null ? 1 : 0);
            if (ways != 1)
            {
                given.AddError("redrive takes the IDs of records, or --reason, or --all");
            }
            else if (given.GetValue(parked) && given.GetValue(ids) is not { Length: > 0 })
            {
                given.AddError("--parked goes with IDs: what came back so often is looked at one by one");
            }
        });
        return redrive.Runs(caller, async call =>
        {
            var named = call.Given.GetValue(ids)!.Distinct(StringComparer.Ordinal).ToList();
            using var system = OperatedSystem.Of(call.Target());
            var redriving = new DeadLetterRedrive(system.Services, system.Log, system.Letters);
            var filter = which.Filter(call.Given, named.Count > 0 ? named.ToHashSet(StringComparer.Ordinal) : null);
            var plan = await call.Terminal.WithProgressAsync(
                "Reading dead letters", 0, _ => redriving.PlanAsync(filter, call.Given.GetValue(parked), call.Stop));
            List<string> unknown = [.. named.Where(
                id => !plan.Letters.Any(letter => letter.Entry.Id == id || letter.Entry.Origin?.ToString() == id))];
            var result = call.Given.GetValue(dryRun)
                ? new RedriveResult(0, 0, plan.Count(RedriveFate.Redriven), plan.Count(RedriveFate.Parked), [])
                : await call.Terminal.WithProgressAsync("Redriving", plan.ToSend.Count, report =>
                    redriving.RunAsync(plan, OperatedSystem.Person, progress => report(progress.Done),
                        line => call.Terminal.Say("fc: " + line), call.Stop));
            Tell(call, plan, result, call.Given.GetValue(dryRun));
            unknown.ForEach(id => call.Terminal.Say($"fc: no group has a dead letter of {id}"));
            return result.IsGood && unknown.Count == 0 ? ExitCode.Good : ExitCode.NotGood;
        });
    }

    private static void Tell(Invocation call, RedrivePlan plan, RedriveResult result, bool isDry)
    {
        if (call.Json)
        {
            call.PrintJson(new RedriveReport(isDry, plan.ToSend.Count, result.Sent, result.Recovered, result.AlreadyRedriven,
                result.Parked, plan.ComingBack, result.Failures));
        }
        else if (isDry)
        {
            var table = Terminal.Table("group", "reason", "#to send");
            foreach (var reason in plan.ToSend.GroupBy(entry => (entry.Group, entry.Reason)).OrderByDescending(reason => reason.Count()))
            {
                Terminal.AddRow(table, reason.Key.Group, reason.Key.Reason, reason.Count());
            }

            call.Terminal.Print(table);
            call.Terminal.PrintText(string.Create(CultureInfo.InvariantCulture,
                $"{plan.ToSend.Count} letters would be sent; {result.AlreadyRedriven} were redriven before, {result.Parked} are parked"));
        }
        else
        {
            call.Terminal.PrintText(string.Create(CultureInfo.InvariantCulture,
                $"{result.Sent} letters sent; {result.Recovered} had been sent by a run that did not end, "
                    + $"{result.AlreadyRedriven} redriven before, {result.Parked} parked"));
        }

        if (plan.ComingBack > 0)
        {
            call.Terminal.Say(string.Create(CultureInfo.InvariantCulture,
                $"fc: {plan.ComingBack} of them are key-reused or order-exists: they come back, because another order under the same "
                    + $"id was applied"));
        }

        foreach (var failure in result.Failures)
        {
            call.Terminal.Say($"fc: {failure.Id} ({failure.Group}) was not sent: {failure.Reason}");
        }
    }
}

/// <summary>What <c>fc dead-letters redrive --json</c> prints.</summary>
internal sealed record RedriveReport(
    bool DryRun, int ToSend, int Sent, int Recovered, int AlreadyRedriven, int Parked, int ComingBack,
    IReadOnlyList<RedriveFailure> Failures);
