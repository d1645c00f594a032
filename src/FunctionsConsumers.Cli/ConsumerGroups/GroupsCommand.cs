using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Operations.ConsumerGroups;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Cli.ConsumerGroups;

/// <summary><c>fc groups</c>.</summary>
internal static class GroupsCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Caller caller)
    {
        var chosen = new Option<string[]>("--group")
        {
            Description = "This group, whosever it is, in the place of the orders' groups; may be repeated",
            HelpName = "group",
        };
        var all = new Option<bool>("--all")
        {
            Description = "Every group that the broker knows and that has committed something of --topic",
        };
        var watch = Watching.Option();
        var groups = new Command("groups", "Shows consumer groups of --topic: state, members, committed offsets, lag.")
        {
            chosen, all, watch,
        };
        groups.Validators.Add(given =>
        {
            if (given.GetValue(all) && given.GetValue(chosen) is { Length: > 0 })
            {
                given.AddError("--all and --group exclude each other");
            }
        });
        return groups.Runs(caller, async call =>
        {
            using var system = OperatedSystem.OfBroker(call.Target());
            var members = await system.MembersAsync(call.Stop);
            IReadOnlyList<string> names = call.Given.GetValue(chosen) is { Length: > 0 } named
                ? [.. named.Distinct(StringComparer.Ordinal)]
                : !call.Given.GetValue(all) ? Groups.All
                : members is BrokerGroupMembers broker ? await broker.NamesAsync(call.Stop)
                : throw new CommandException("the embedded cluster does not list its groups: name them with --group");
            var status = new GroupsStatus(system.Services, system.Log, members);
            return await Watching.RunAsync(call, call.Given.GetValue(watch), async () =>
            {
                var standings = await call.Terminal.WithProgressAsync(
                    "Asking", 0, _ => status.FindAsync(system.Services.Topic, names, call.Stop));
                if (call.Given.GetValue(all))
                {
                    standings = [.. standings.Where(group => group.Members.Any(member => member.Partitions.Count > 0)
                        || group.Partitions.Any(partition => partition.Committed is not null))];
                }

                if (call.Json)
                {
                    call.PrintJson(standings);
                }
                else
                {
                    Print(call.Terminal, standings);
                }

                return ExitCode.Good;
            });
        });
    }

    private static void Print(Terminal terminal, IReadOnlyList<GroupStanding> groups)
    {
        foreach (var group in groups)
        {
            terminal.PrintText(string.Create(CultureInfo.InvariantCulture,
                $"{group.Group}: {group.State}, {Counted.Of(group.Members.Count, "member")}, lag {group.Lag}"));
            var table = Terminal.Table("#partition", "#committed", "#end", "#lag", "member");
            foreach (var partition in group.Partitions)
            {
                Terminal.AddRow(
                    table, partition.Partition, partition.Committed is { } committed ? committed : "-", partition.End, partition.Lag,
                    group.Members.FirstOrDefault(member => member.Partitions.Contains(partition.Partition)) is { } owner
                        ? Name(owner)
                        : "-");
            }

            terminal.Print(table);
        }
    }

    // The name that the member gave itself, host, process and function for those of this project; else the broker's id.
    private static string Name(GroupMember member) => member.ClientId is { Length: > 0 } name ? name : member.Id;
}
