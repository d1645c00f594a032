using System.Text.Json.Serialization;
using FunctionsConsumers.Operations.ConsumerGroups;
using FunctionsConsumers.Operations.Hosts;

namespace FunctionsConsumers.Cli.Status;

/// <summary>What <c>fc status --json</c> prints.</summary>
/// <param name="Topic">The topic of the orders.</param>
/// <param name="Services">Broker and tables.</param>
/// <param name="Groups">Each group.</param>
/// <param name="Hosts">The hosts that consume.</param>
/// <param name="LastError">Why a service is not reached, else why a message waits, else what a host said; null where all is well.</param>
internal sealed record StatusOnScreen(
    string Topic, IReadOnlyList<ServiceOnScreen> Services, IReadOnlyList<GroupOnScreen> Groups, IReadOnlyList<HostOnScreen> Hosts,
    string? LastError)
{
    /// <summary>Whether broker and tables are reached.</summary>
    [JsonIgnore]
    public bool IsReached => Services.All(service => service.Ok);
}

/// <summary>A service.</summary>
/// <param name="Service"><c>kafka</c> or <c>tables</c>.</param>
/// <param name="Ok">Whether it answers.</param>
/// <param name="Detail">Where it is, or why it does not.</param>
internal sealed record ServiceOnScreen(string Service, bool Ok, string Detail);

/// <summary>A group on the screen; null stands for what a service that does not answer would tell.</summary>
/// <param name="Group">The group.</param>
/// <param name="State">Its state, in Kafka's words.</param>
/// <param name="Members">How many members it has.</param>
/// <param name="Lag">Records to go.</param>
/// <param name="Rate">Records settled a second, over all hosts, in the last 20 to 40 s.</param>
/// <param name="Outbox">Messages that are not sent yet.</param>
/// <param name="OutboxAgeSeconds">The age of the oldest that is not parked.</param>
/// <param name="InDoubt">Messages that may have been sent before.</param>
/// <param name="Parked">Messages left for a person.</param>
/// <param name="DeadLetters">Open dead letters by reason.</param>
internal sealed record GroupOnScreen(
    string Group, string State, int Members, long? Lag, double? Rate, long? Outbox, long? OutboxAgeSeconds, long? InDoubt, long? Parked,
    IReadOnlyDictionary<string, int>? DeadLetters)
{
    /// <summary>Whether the lag rose or fell in the last minute.</summary>
    public LagTrend Trend { get; init; }

    /// <summary>Whether nothing was handled for a minute while the lag rose.</summary>
    [JsonPropertyName("silent")]
    public bool IsSilent { get; init; }

    /// <summary>What a host said last of what went wrong, in the last hour; null for nothing.</summary>
    public HostError? Error { get; init; }

    /// <summary>Why the newest message that was tried waits; null where none does.</summary>
    public string? Waits { get; init; }
}

/// <summary>A host that consumes.</summary>
/// <param name="Host">The machine.</param>
/// <param name="Process">The process.</param>
/// <param name="Functions">Its functions, or the groups of those that have no name here.</param>
/// <param name="Partitions">How many partitions it has, over all groups.</param>
internal sealed record HostOnScreen(string? Host, string? Process, IReadOnlyList<string> Functions, int Partitions)
{
    /// <summary>The hosts behind the members of groups.</summary>
    /// <param name="groups">The groups.</param>
    /// <returns>The hosts in order.</returns>
    public static IReadOnlyList<HostOnScreen> Of(IEnumerable<GroupStanding> groups) =>
    [
        .. groups.SelectMany(group => group.Members.Select(member => (Member: member, Name: member.Function ?? group.Group)))
            .GroupBy(one => (one.Member.Host, one.Member.Process))
            .OrderBy(host => host.Key.Host, StringComparer.Ordinal).ThenBy(host => host.Key.Process, StringComparer.Ordinal)
            .Select(host => new HostOnScreen(
                host.Key.Host,
                host.Key.Process,
                [.. host.Select(one => one.Name).Distinct(StringComparer.Ordinal)],
                host.Sum(one => one.Member.Partitions.Count))),
    ];
}
