using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Operations.Offsets;

namespace FunctionsConsumers.Cli.Offsets;

/// <summary><c>fc offsets reset</c> and <c>skip</c>.</summary>
internal static class OffsetsCommand
{
    private static readonly Option<string> Group = new("--group")
    {
        Description = "The consumer group; it must have no members",
        HelpName = "group",
        Required = true,
    };

    private static readonly Option<bool> Yes = new("--yes") { Description = "Do it; without it, only say what would be done" };

    /// <summary>Makes the command.</summary>
    public static Command Create(Caller caller) => new(
        "offsets", "Where a consumer group goes on reading; changed only while nobody consumes in it.") { Reset(caller), Skip(caller) };

    private static Command Reset(Caller caller)
    {
        var to = new Option<OffsetTarget?>("--to")
        {
            Description = "earliest, latest, a time (2026-11-21T10:00:00Z, or 2h ago as 2h), or an offset",
            HelpName = "earliest|latest|time|offset",
            Required = true,
            CustomParser = result =>
            {
                if (Target(result.Tokens[0].Value, TimeProvider.System.GetUtcNow()) is { } target)
                {
                    return target;
                }

                result.AddError("--to takes earliest, latest, a time such as 2026-11-21T10:00:00Z or 2h, or an offset, "
                    + $"not '{result.Tokens[0].Value}'");
                return null;
            },
        };
        var partition = SharedOptions.Whole("--partition", "Only this partition (default all)", 0, int.MaxValue);
        var reset = new Command(
            "reset",
            "Puts a group's offsets elsewhere: back, and what was handled is suppressed; or forward, and what is passed over is finished "
            + "for the gap audit. Says what it would do, and does it with --yes.") { Group, to, partition, Yes };
        return reset.Runs(
            caller, call => ChangeAsync(call, (int?)call.Given.GetValue(partition), call.Given.GetRequiredValue(to)!, forwardOnly: false));
    }

    private static Command Skip(Caller caller)
    {
        var to = SharedOptions.Whole("--to", "The offset to go on with", 0, long.MaxValue);
        to.Required = true;
        var partition = SharedOptions.Whole("--partition", "The partition", 0, int.MaxValue);
        partition.Required = true;
        var skip = new Command(
            "skip",
            "Passes over records of one partition, up to an offset. They are finished for the gap audit, and nobody handles them. "
                + "Says what it would do, and does it with --yes.")
        { Group, partition, to, Yes };
        return skip.Runs(caller, call => ChangeAsync(call, (int)call.Given.GetValue(partition)!.Value,
            new OffsetTarget.Exactly(call.Given.GetValue(to)!.Value), forwardOnly: true));
    }

    /// <summary>Reads where to put an offset. Null if the text says nothing of the kind.</summary>
    internal static OffsetTarget? Target(string text, DateTimeOffset now) => text switch
    {
        "earliest" => new OffsetTarget.Earliest(),
        "latest" => new OffsetTarget.Latest(),
        _ when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) => new OffsetTarget.Exactly(offset),
        _ when TimeOption.Parse(text, now) is { } time => new OffsetTarget.At(time),
        _ => null,
    };

    private static async Task<int> ChangeAsync(Invocation call, int? partition, OffsetTarget target, bool forwardOnly)
    {
        using var system = OperatedSystem.Of(call.Target());
        var offsets = new GroupOffsets(system.Services, system.Log, await system.MembersAsync(call.Stop));
        var group = call.Given.GetRequiredValue(Group);
        await offsets.RequireInactiveAsync(group, call.Stop);
        var plan = await offsets.PlanAsync(group, system.Services.Topic, partition, target, call.Stop);
        if (forwardOnly && plan.Repeated > 0)
        {
            throw new CommandException(string.Create(CultureInfo.InvariantCulture,
                $"{group} stands at {plan.Partitions[0].From}, behind --to: skip goes forward only; to go back, use fc offsets reset"));
        }

        var isDone = call.Given.GetValue(Yes);
        if (isDone)
        {
            await offsets.ApplyAsync(plan, OperatedSystem.Person, call.Stop);
        }

        if (call.Json)
        {
            call.PrintJson(new OffsetsReport(plan.Group, plan.Topic, !isDone, plan.Skipped, plan.Repeated, plan.Partitions));
        }
        else
        {
            var table = Terminal.Table("#partition", "#committed", "#to", "#skipped", "#read again");
            foreach (var change in plan.Partitions)
            {
                Terminal.AddRow(table, change.Partition, change.Committed, change.To, change.Skipped, change.Repeated);
            }

            call.Terminal.Print(table);
            call.Terminal.PrintText(string.Create(CultureInfo.InvariantCulture,
                $"{group}: {plan.Skipped} records {(isDone ? "are" : "would be")} skipped for good, "
                    + $"{plan.Repeated} {(isDone ? "are" : "would be")} read "
                    + $"again{(isDone ? "" : "; nothing is changed without --yes")}"));
        }

        return ExitCode.Good;
    }
}

/// <summary>What <c>fc offsets --json</c> prints.</summary>
internal sealed record OffsetsReport(
    string Group, string Topic, bool DryRun, long Skipped, long Repeated, IReadOnlyList<OffsetChange> Partitions);
