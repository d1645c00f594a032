using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Cli.DeadLetters;
using FunctionsConsumers.Operations.Stories;

namespace FunctionsConsumers.Cli.Orders;

/// <summary><c>fc order show</c>.</summary>
internal static class OrderCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Caller caller)
    {
        var id = new Argument<string>("ID") { Description = "An order id, an idempotency key, or topic:partition:offset of a record" };
        var records = SharedOptions.Whole(
            "--records", "How many of the topic's newest records are searched for the order (default 500,000)", 1, long.MaxValue);
        var show = new Command("show", "Tells all that is known of an order: each group's effect, resends, conflicts, dead letters, mail. "
            + "Exit code 1 where nobody knows it.") { id, records };
        show.Runs(caller, async call =>
        {
            using var system = OperatedSystem.Of(call.Target());
            var asked = call.Given.GetRequiredValue(id);
            var story = await call.Terminal.WithProgressAsync("Searching", 0, _ =>
                new OrderStories(system.Services, system.Log)
                    .TellAsync(asked, call.Given.GetValue(records) ?? OrderStories.DefaultRecords, call.Stop));
            if (call.Json)
            {
                call.PrintJson(OrderShown.Of(story));
            }
            else if (story.IsKnown)
            {
                Print(call.Terminal, story);
            }

            if (!story.Search.IsWhole)
            {
                call.Terminal.Say(string.Create(CultureInfo.InvariantCulture,
                    $"the topic holds more than the {story.Search.Records} newest records that were searched: "
                        + $"older resends are not told of; raise --records"));
            }

            if (!story.IsKnown)
            {
                call.Terminal.Say($"{asked} is neither an order id, nor an idempotency key, nor a record that is known here");
            }

            return story.IsKnown ? ExitCode.Good : ExitCode.NotGood;
        });
        return new Command("order", "What became of an order.") { show };
    }

    private static void Print(Terminal terminal, OrderStory story)
    {
        void Line(string text) => terminal.PrintText(text);
        Line(story.FoundBy == FoundBy.OrderId
            ? $"order {story.Asked}"
            : $"{DeadLettersCommand.Word(story.FoundBy)} {story.Asked}: order {string.Join(", ", story.OrderIds)}");
        foreach (var group in story.Groups)
        {
            Line("");
            Line(group.Effects.Count == 0 ? $"{group.Group}: nothing applied" : group.Group);
            foreach (var effect in group.Effects)
            {
                Line($"  {effect.RowKey}, applied {DeadLettersCommand.Short(effect.AppliedAt)} from "
                    + $"{effect.Topic}:{effect.Partition}:{effect.Offset}");
                foreach (var (name, value) in effect.Columns.Where(
                    column => column.Key is not ("Lines" or "OrderId") && column.Value.Length > 0))
                {
                    Line($"    {name,-11} {value}");
                }

                foreach (var line in effect.Lines)
                {
                    Line($"    {line.Quantity,6} × {line.Product}{(line.UnitPrice is null ? "" : $" at {line.UnitPrice}")}");
                }

                Line($"    key         {effect.Key}");
                Line($"    fingerprint {effect.Fingerprint}");
            }

            if (group.Mail is { } mail)
            {
                Line($"  mail: {MailWords(mail)}");
            }

            foreach (var message in group.Messages)
            {
                Line($"  {message.Kind} {message.Id} is {message.State}{(message.Detail is null ? "" : ": " + message.Detail)}");
            }

            foreach (var letter in group.DeadLetters)
            {
                Line("  dead letter");
                DeadLettersCommand.Print(terminal, DeadLetterShown.Of(letter), "    ");
            }
        }

        Line("");
        Line(string.Create(CultureInfo.InvariantCulture, $"{story.Sightings.Count} records in the topic"));
        foreach (var sighting in story.Sightings)
        {
            var place = $"{sighting.Topic}:{sighting.Partition}:{sighting.Offset}";
            Line($"  {place} {DeadLettersCommand.Short(sighting.Time)} key {sighting.Key}");
            var verdicts = sighting.Verdicts.Select(verdict => $"{verdict.Key}: {DeadLettersCommand.Word(verdict.Value)}");
            Line($"    {string.Join(", ", verdicts)}");
            if (sighting.Verdicts.Values.Any(verdict => verdict is SightingVerdict.Conflict or SightingVerdict.DeadLettered))
            {
                Line($"    {sighting.Value}");
            }
        }
    }

    private static string MailWords(MailStanding mail) => mail switch
    {
        MailStanding.None => "none, the order has no address",
        MailStanding.Left => "it has left the outbox: the mail server took it, or somebody dropped it",
        MailStanding.Parked => "parked, for a person to decide: fc outbox list",
        _ => "waits to be sent",
    };
}

/// <summary>What <c>fc order show --json</c> prints.</summary>
internal sealed record OrderShown(
    string Asked, FoundBy FoundBy, IReadOnlyList<string> OrderIds, IReadOnlyList<GroupShown> Groups, IReadOnlyList<Sighting> Sightings,
    TopicSearch Search)
{
    public static OrderShown Of(OrderStory story) => new(
        story.Asked, story.FoundBy, story.OrderIds,
        [.. story.Groups.Select(group =>
            new GroupShown(group.Group, group.Effects, [.. group.DeadLetters.Select(DeadLetterShown.Of)], group.Messages, group.Mail))],
        story.Sightings, story.Search);
}

/// <summary>A group's part of the story as it is printed.</summary>
internal sealed record GroupShown(
    string Group, IReadOnlyList<StoredEffect> Effects, IReadOnlyList<DeadLetterShown> DeadLetters, IReadOnlyList<StoredMessage> Messages,
    MailStanding? Mail);
