using FunctionsConsumers.Operations.ConsumerGroups;

namespace FunctionsConsumers.Cli.Status;

/// <summary>What <c>fc status --json</c> prints.</summary>
/// <param name="Topic">The topic of the orders.</param>
/// <param name="Services">Broker and tables.</param>
/// <param name="Groups">Each group.</param>
/// <param name="Hosts">The hosts that consume.</param>
/// <param name="LastError">Why the newest message that could not be sent waits, or why a service is not reached; null where all is
/// well.</param>
internal sealed record StatusReport(
    string Topic, IReadOnlyList<ServiceStatus> Services, IReadOnlyList<GroupOnScreen> Groups, IReadOnlyList<HostStatus> Hosts,
    string? LastError)
{
    /// <summary>Whether broker and tables are reached.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsReached => Services.All(service => service.Ok);
}

/// <summary>A service.</summary>
/// <param name="Service"><c>kafka</c> or <c>tables</c>.</param>
/// <param name="Ok">Whether it answers.</param>
/// <param name="Detail">Where it is, or why it does not.</param>
internal sealed record ServiceStatus(string Service, bool Ok, string Detail);

/// <summary>A group on the screen.</summary>
/// <param name="Group">The group.</param>
/// <param name="State">Its state, in Kafka's words.</param>
/// <param name="Members">How many members it has.</param>
/// <param name="Lag">Records to go.</param>
/// <param name="Rate">Records a second since the look before; null where that is not known.</param>
/// <param name="Outbox">Messages that are not sent yet.</param>
/// <param name="OutboxAgeSeconds">The age of the oldest that is not parked.</param>
/// <param name="InDoubt">Messages that may have been sent before.</param>
/// <param name="Parked">Messages left for a person.</param>
/// <param name="DeadLetters">Open dead letters by reason.</param>
internal sealed record GroupOnScreen(
    string Group, string State, int Members, long Lag, double? Rate, long Outbox, long OutboxAgeSeconds, long InDoubt, long Parked,
    IReadOnlyDictionary<string, int> DeadLetters);

/// <summary>A host that consumes.</summary>
/// <param name="Host">The machine.</param>
/// <param name="Process">The process.</param>
/// <param name="Functions">Its functions, or the groups of those that have no name here.</param>
/// <param name="Partitions">How many partitions it has, over all groups.</param>
internal sealed record HostStatus(string? Host, string? Process, IReadOnlyList<string> Functions, int Partitions)
{
    /// <summary>The hosts behind the members of groups.</summary>
    public static IReadOnlyList<HostStatus> Of(IEnumerable<GroupStanding> groups) =>
    [
        .. groups.SelectMany(group => group.Members.Select(member => (Member: member, Name: member.Function ?? group.Group)))
            .GroupBy(one => (one.Member.Host, one.Member.Process))
            .OrderBy(host => host.Key.Host, StringComparer.Ordinal).ThenBy(host => host.Key.Process, StringComparer.Ordinal)
            .Select(host => new HostStatus(
                host.Key.Host, host.Key.Process, [.. host.Select(one => one.Name).Distinct(StringComparer.Ordinal)],
                host.Sum(one => one.Member.Partitions.Count))),
    ];
}
