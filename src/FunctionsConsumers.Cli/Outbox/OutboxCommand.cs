using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.Operations.Outbox;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Cli.Outbox;

/// <summary><c>fc outbox list</c>, <c>resend</c> and <c>drop</c>.</summary>
internal static class OutboxCommand
{
    private const string Outcomes = "JSON: [{\"id\", \"group\", \"outcome\"}], the outcome \"resent\", \"dropped\", \"waiting\", "
        + "\"claimed\", \"changed\", \"gone\" or \"unknown\".";

    /// <summary>Makes the command.</summary>
    public static Command Create(Caller caller) =>
        new Command("outbox", "Messages that are committed and not sent yet, or parked for a person to decide.")
        {
            List(caller), Resend(caller), Drop(caller),
        };

    private static Command List(Caller caller)
    {
        var group = Group("Only the messages of this group");
        var list = new Command(
            "list",
            "Lists the messages in the outboxes of all groups, parked ones first. JSON: [{\"group\", \"id\", \"kind\", \"state\", "
            + "\"subject\", \"created_at\", \"age_seconds\", \"detail\"}], the state \"waiting\", \"claimed\" or \"parked\".") { group };
        return list.Runs(caller, async call =>
        {
            var now = TimeProvider.System.GetUtcNow();
            var found = await OutboxTables.ReadAsync(call.Target().Tables(), Chosen(call, group), call.Stop);
            var messages = found.Select(message => OutboxRow.Of(message.Entry, now)).OrderBy(row => row.State == OutboxRows.Parked ? 0 : 1)
                .ThenBy(row => row.CreatedAt)
                .ToList();
            if (call.Json)
            {
                call.PrintJson<IReadOnlyList<OutboxRow>>(messages);
                return ExitCode.Good;
            }

            var table = Terminal.Table("group", "message", "kind", "state", "#age", "subject", "detail");
            foreach (var row in messages)
            {
                Terminal.AddRow(
                    table, row.Group, row.Id, row.Kind, BadFigure.If(row.State, row.State is OutboxRows.Parked or OutboxRows.Unreadable),
                    OutboxRow.Age(row.AgeSeconds), row.Subject, row.Detail);
            }

            call.Terminal.Print(table);
            call.Terminal.Say(string.Create(CultureInfo.InvariantCulture,
                $"{Counted.Of(messages.Count, "message")}, {messages.Count(row => row.State == OutboxRows.Parked)} of them parked"));
            return ExitCode.Good;
        });
    }

    private static Command Resend(Caller caller)
    {
        var ids = Ids(ArgumentArity.ZeroOrMore);
        var parked = new Option<bool>("--parked") { Description = "Every parked message" };
        var group = Group("With --parked: only those of this group");
        var resend = new Command("resend", "Has parked messages sent again, by the hosts and under the same ids. "
            + "Exit code 1 where one is not there, or is claimed. " + Outcomes) { ids, parked, group };
        resend.Validators.Add(given =>
        {
            if (given.GetValue(parked) == (given.GetValue(ids) is { Length: > 0 }))
            {
                given.AddError("resend takes the ids of messages, or --parked for all that are parked");
            }
            else if (given.GetResult(group) is not null && !given.GetValue(parked))
            {
                given.AddError("--group goes with --parked: an id names one message of one group");
            }
        });
        return resend.Runs(caller, async call =>
        {
            var found = await OutboxTables.ReadAsync(call.Target().Tables(), Chosen(call, group), call.Stop);
            if (call.Given.GetValue(parked))
            {
                var all = found.Where(message => message.Entry.State == OutboxRows.Parked).ToList();
                return Tell(call, await OutboxChanges.ResendAsync(all, call.Stop), "nothing is parked");
            }

            return Tell(call, await OutboxChanges.ByIdAsync(found, call.Given.GetValue(ids)!, OutboxChanges.ResendAsync, call.Stop));
        });
    }

    private static Command Drop(Caller caller)
    {
        var ids = Ids(ArgumentArity.OneOrMore);
        var yes = new Option<bool>("--yes") { Description = "Do not ask; needed where nobody can be asked" };
        var drop = new Command("drop", "Deletes messages that are parked or wait: nobody will send them. Exit code 1 where one is not "
            + "there, or is claimed. " + Outcomes) { ids, yes };
        return drop.Runs(caller, async call =>
        {
            var found = await OutboxTables.ReadAsync(call.Target().Tables(), Groups.All, call.Stop);
            if (!call.Given.GetValue(yes) && !Confirmed(call, call.Given.GetValue(ids)!))
            {
                return ExitCode.NotDone;
            }

            return Tell(call, await OutboxChanges.ByIdAsync(found, call.Given.GetValue(ids)!, OutboxChanges.DropAsync, call.Stop));
        });
    }

    private static bool Confirmed(Invocation call, string[] ids)
    {
        var count = ids.Distinct(StringComparer.OrdinalIgnoreCase).Count();
        var answer = call.Terminal.Ask(string.Create(
            CultureInfo.InvariantCulture, $"Drop {(count == 1 ? "this message" : $"these {count} messages")} for good? Type yes: "))
            ?? throw new CommandException("a dropped message is never sent, and there is nobody to ask: say --yes");
        if (answer.Trim() == "yes")
        {
            return true;
        }

        call.Terminal.Say("fc: nothing was dropped");
        return false;
    }

    private static int Tell(Invocation call, IReadOnlyList<ChangedMessage> changes, string none = "")
    {
        if (call.Json)
        {
            call.PrintJson(changes);
        }

        foreach (var change in changes)
        {
            if (!change.IsGood)
            {
                call.Terminal.Say("fc: " + change.Line());
            }
            else if (!call.Json)
            {
                call.Terminal.PrintText(change.Line());
            }
        }

        if (changes.Count == 0)
        {
            call.Terminal.Say(none);
        }

        return changes.All(change => change.IsGood) ? ExitCode.Good : ExitCode.NotGood;
    }

    private static Argument<string[]> Ids(ArgumentArity arity) =>
        new("ID") { Description = "Ids of messages, as fc outbox list shows them", Arity = arity };

    private static Option<string?> Group(string description)
    {
        var group = new Option<string?>("--group") { Description = description, HelpName = "group" };
        group.AcceptOnlyFromAmong([.. Groups.All]);
        return group;
    }

    private static IReadOnlyList<string> Chosen(Invocation call, Option<string?> group) =>
        call.Given.GetValue(group) is { } one ? [one] : Groups.All;
}
