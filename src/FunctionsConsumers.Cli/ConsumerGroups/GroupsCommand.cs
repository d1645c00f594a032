using System.CommandLine;
using System.Globalization;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Lab.Services;
using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Cli.ConsumerGroups;

/// <summary><c>fc groups</c>.</summary>
internal static class GroupsCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="caller">Who calls.</param>
    /// <returns>The command.</returns>
    public static Command Create(Caller caller) => new Command("groups", "Shows the consumer groups: state, members, committed offsets, lag.").Runs(caller, async call =>
    {
        var groups = await call.Terminal.WithProgressAsync("Asking", 0, _ => AskAsync(call.Target(), call.Stop));
        if (call.Json)
        {
            call.PrintJson(groups);
        }
        else
        {
            Print(call.Terminal, groups);
        }

        return ExitCode.Good;
    });

    private static async Task<IReadOnlyList<GroupStatus>> AskAsync(Target target, CancellationToken cancellationToken)
    {
        var kafka = target.Kafka();
        using var reader = target.OpenTopics();
        using var offsets = target.OpenOffsets();
        var ends = await Task.Run(() => reader.Offsets(target.Topic), cancellationToken);
        var memberships = await GroupMembership.FindAsync(kafka, target.Topic, Groups.All, cancellationToken);
        return await Task.Run(() => (IReadOnlyList<GroupStatus>)[.. memberships.Select(membership =>
            GroupStatus.Of(membership, ends, offsets.Committed(membership.Group, target.Topic, ends.Select(end => end.Partition))))], cancellationToken);
    }

    private static void Print(Terminal terminal, IReadOnlyList<GroupStatus> groups)
    {
        foreach (var group in groups)
        {
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{group.Group}: {group.State}, {Counted.Of(group.Members.Count, "member")}, lag {group.Lag}"));
            var table = Terminal.Table("#partition", "#committed", "#end", "#lag", "member");
            foreach (var partition in group.Partitions)
            {
                Terminal.AddRow(table,
                    partition.Partition, partition.Committed is { } committed ? committed : "-", partition.End, partition.Lag,
                    group.Members.FirstOrDefault(member => member.Partitions.Contains(partition.Partition))?.Name() ?? "-");
            }

            terminal.Print(table);
        }
    }
}

/// <summary>A consumer group, as <c>fc groups --json</c> prints it.</summary>
/// <param name="Group">The group.</param>
/// <param name="State">Its state, in Kafka's words.</param>
/// <param name="Members">Its members.</param>
/// <param name="Partitions">The topic's partitions.</param>
/// <param name="Lag">Records to go, over all partitions.</param>
internal sealed record GroupStatus(string Group, string State, IReadOnlyList<GroupMember> Members, IReadOnlyList<PartitionStatus> Partitions, long Lag)
{
    /// <summary>Puts together what was asked for.</summary>
    /// <param name="membership">State and members.</param>
    /// <param name="held">What the log holds.</param>
    /// <param name="committed">The committed offsets by partition; absent where there is none.</param>
    /// <returns>The status.</returns>
    public static GroupStatus Of(GroupMembership membership, IReadOnlyList<PartitionOffsets> held, IReadOnlyDictionary<int, long> committed)
    {
        // Whoever never committed begins at the log's start, and has all of it to go.
        List<PartitionStatus> partitions = [.. held.Select(partition => committed.TryGetValue(partition.Partition, out var offset)
            ? new PartitionStatus(partition.Partition, offset, partition.End, Math.Max(0, partition.End - offset))
            : new PartitionStatus(partition.Partition, null, partition.End, partition.End - partition.Start))];
        return new GroupStatus(membership.Group, membership.State, membership.Members, partitions, partitions.Sum(partition => partition.Lag));
    }
}

/// <summary>A member of a group.</summary>
/// <param name="Id">The id that the broker gave it.</param>
/// <param name="Partitions">Its partitions of the topic.</param>
internal sealed record GroupMember(string Id, IReadOnlyList<int> Partitions)
{
    /// <summary>The name that the member gave itself: host, process and function for those of this project; empty where it gave none.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>The member for a person.</summary>
    /// <returns>The name that it gave itself, else the broker's id.</returns>
    public string Name() => ClientId.Length > 0 ? ClientId : Id;
}

/// <summary>Where a group stands in a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Committed">The committed offset; null where the group never committed.</param>
/// <param name="End">One above the last offset.</param>
/// <param name="Lag">Offsets to go.</param>
internal sealed record PartitionStatus(int Partition, long? Committed, long End, long Lag);
