using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Cli.DeadLetters;

/// <summary><c>fc dead-letters list</c>, <c>count</c>, <c>show</c> and <c>redrive</c>.</summary>
internal static class DeadLettersCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Caller caller) =>
        new Command("dead-letters", "Records that a group could not apply.")
        {
            List(caller), Count(caller), Show(caller), RedriveCommand.Create(caller),
        };

    private static Command List(Caller caller)
    {
        var which = new DeadLetterOptions();
        var limit = SharedOptions.Whole("--limit", "At most so many, the newest (default all)", 1, int.MaxValue);
        var list = new Command("list", "Lists the dead letters of all groups, newest first, each once however often it was delivered.")
        {
            limit,
        };
        which.AddTo(list);
        return list.Runs(caller, async call =>
        {
            using var system = OperatedSystem.OfWhatIsNamed(call.Target());
            var page = await call.Terminal.WithProgressAsync("Reading dead letters", 0, _ =>
                system.Letters.ListAsync(which.Filter(call.Given), (int)(call.Given.GetValue(limit) ?? int.MaxValue), null, call.Stop));
            if (call.Json)
            {
                call.PrintJson<IReadOnlyList<DeadLetterRow>>([.. page.Entries.Select(DeadLetterRow.Of)]);
            }
            else
            {
                var table = Terminal.Table("group", "reason", "record", "time", "state");
                foreach (var entry in page.Entries)
                {
                    Terminal.AddRow(
                        table, entry.Group, entry.Reason, entry.Origin?.ToString() ?? entry.Id, Short(entry.Time), Word(entry.State));
                }

                call.Terminal.Print(table);
                call.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{page.Total} dead letters")
                    + (page.Next is null
                        ? ""
                        : string.Create(CultureInfo.InvariantCulture, $", the newest {page.Entries.Count} of them here"))
                    + "; fc dead-letters show RECORD tells all of one, fc dead-letters count the causes");
            }

            SayCut(call, page.IsCut);
            return ExitCode.Good;
        });
    }

    private static Command Count(Caller caller)
    {
        var which = new DeadLetterOptions();
        var count = new Command("count", "Counts the dead letters by group, reason and cause, the most first.");
        which.AddTo(count);
        return count.Runs(caller, async call =>
        {
            using var system = OperatedSystem.OfWhatIsNamed(call.Target());
            var counts = await call.Terminal.WithProgressAsync(
                "Reading dead letters", 0, _ => system.Letters.CountAsync(which.Filter(call.Given), call.Stop));
            if (call.Json)
            {
                call.PrintJson(counts);
                return ExitCode.Good;
            }

            var table = Terminal.Table("group", "reason", "#letters", "#open", "newest");
            foreach (var reason in counts.GroupBy(cause => (cause.Group, cause.Reason))
                .OrderByDescending(reason => reason.Sum(cause => cause.Count)))
            {
                Terminal.AddRow(table, reason.Key.Group, reason.Key.Reason, reason.Sum(cause => cause.Count),
                    reason.Sum(cause => cause.Open), Short(reason.Max(cause => cause.Newest)));
            }

            call.Terminal.Print(table);
            foreach (var cause in counts.GroupBy(cause => (cause.Reason, cause.Cause)).Take(20))
            {
                call.Terminal.PrintText(string.Create(
                    CultureInfo.InvariantCulture, $"{cause.Sum(one => one.Count)} × {cause.Key.Reason}: {Printed.Of(cause.Key.Cause)}"));
            }

            return ExitCode.Good;
        });
    }

    private static Command Show(Caller caller)
    {
        var id = new Argument<string>("ID") { Description = "topic:partition:offset of the record, as fc dead-letters list shows it" };
        var group = new Option<string?>("--group") { Description = "Only the letter of this group", HelpName = "group" };
        group.AcceptOnlyFromAmong([.. Groups.All]);
        var show = new Command("show", "Shows a record's dead letters with payload, headers and history. Exit code 1 where it has none.")
        {
            id, group,
        };
        return show.Runs(caller, async call =>
        {
            using var system = OperatedSystem.OfWhatIsNamed(call.Target());
            var asked = call.Given.GetRequiredValue(id);
            var letters = await call.Terminal.WithProgressAsync(
                "Reading dead letters", 0, _ => system.Letters.FindAsync(asked, call.Given.GetValue(group), call.Stop));
            List<DeadLetterShown> shown = [.. letters.Select(DeadLetterShown.Of)];
            if (call.Json)
            {
                call.PrintJson<IReadOnlyList<DeadLetterShown>>(shown);
            }
            else
            {
                shown.ForEach(letter => Print(call.Terminal, letter, ""));
            }

            if (shown.Count == 0)
            {
                call.Terminal.Say($"no group has a dead letter of {asked}: fc dead-letters list shows what there is");
            }

            return shown.Count > 0 ? ExitCode.Good : ExitCode.NotGood;
        });
    }

    /// <summary>Prints one dead letter for a person.</summary>
    public static void Print(Terminal terminal, DeadLetterShown letter, string indent)
    {
        void Line(string name, string? text)
        {
            if (text is not null)
            {
                terminal.PrintText($"{indent}{name,-9} {text}");
            }
        }

        Line(letter.Group, string.Create(CultureInfo.InvariantCulture,
            $"{letter.Reason} at {letter.Topic}:{letter.Partition}:{letter.Offset}, {letter.Time}, {Word(letter.State)}"));
        Line("detail", letter.Detail);
        Line("key", letter.Key);
        Line("value", letter.Value ?? (letter.IsWhole ? "none (a tombstone)" : "too large to be carried; it stands in its own topic"));
        foreach (var header in letter.Headers)
        {
            Line("header", $"{header.Name}: {header.Value}");
        }

        foreach (var redrive in letter.History)
        {
            Line("before", redrive);
        }
    }

    /// <summary>A state as it is printed.</summary>
    public static string Word(Enum state) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(state.ToString());

    /// <summary>A time as tables print it.</summary>
    public static string Short(DateTimeOffset? time) => time?.UtcDateTime.ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";

    private static void SayCut(Invocation call, bool isCut)
    {
        if (isCut)
        {
            call.Terminal.Say("There are more dead letters than are looked at; the oldest are left out.");
        }
    }
}
