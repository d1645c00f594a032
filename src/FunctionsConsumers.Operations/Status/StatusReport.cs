using FunctionsConsumers.Operations.ConsumerGroups;
using FunctionsConsumers.Operations.Hosts;

namespace FunctionsConsumers.Operations.Status;

/// <summary>The whole system at a moment. What could not be asked says why and leaves the rest standing.</summary>
/// <param name="At">The moment, UTC.</param>
/// <param name="Topic">The topic of the orders.</param>
/// <param name="Broker">The broker.</param>
/// <param name="Tables">The tables.</param>
/// <param name="Mail">Where mail goes.</param>
/// <param name="Hosts">The processes that ran in the last hour.</param>
/// <param name="Groups">The groups.</param>
public sealed record StatusReport(
    DateTimeOffset At, string Topic, ServiceStatus Broker, ServiceStatus Tables, ServiceStatus Mail, IReadOnlyList<HostStatus> Hosts,
    IReadOnlyList<GroupStatus> Groups);

/// <summary>A service that the groups need.</summary>
/// <param name="IsReachable">Whether it answers.</param>
/// <param name="Reason">Why it does not; null where it does.</param>
public sealed record ServiceStatus(bool IsReachable, string? Reason)
{
    /// <summary>It answers.</summary>
    public static ServiceStatus Good { get; } = new(true, null);
}

/// <summary>A process that runs the groups.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Process">The process's id.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="SeenAt">When it last said something.</param>
/// <param name="IsThere">Whether that is so short ago that it runs.</param>
public sealed record HostStatus(string Machine, int Process, DateTimeOffset StartedAt, DateTimeOffset SeenAt, bool IsThere);

/// <summary>A group.</summary>
public sealed record GroupStatus
{
    /// <summary>The consumer group.</summary>
    public required string Group { get; init; }

    /// <summary>Its function; null where nobody says.</summary>
    public string? Function { get; init; }

    /// <summary>Members, offsets and lag; null where the broker does not tell.</summary>
    public GroupStanding? Standing { get; init; }

    /// <summary>Messages not sent yet; null where the table does not tell.</summary>
    public OutboxStatus? Outbox { get; init; }

    /// <summary>Dead letters in the topic by reason, the most first; null where the broker does not tell.</summary>
    public IReadOnlyList<ReasonCount>? DeadLetters { get; init; }

    /// <summary>What was handled in the last hour, over all hosts; null where the tables do not tell.</summary>
    public GroupFigures? Figures { get; init; }

    /// <summary>Whether it has handled nothing for a minute while its lag rose.</summary>
    public bool IsSilent { get; init; }
}

/// <summary>Messages that are not sent yet.</summary>
/// <param name="Depth">How many, parked ones included.</param>
/// <param name="AgeSeconds">The age of the oldest one that is not parked.</param>
/// <param name="InDoubt">How many may have been sent before.</param>
/// <param name="Parked">How many are left for a person.</param>
public sealed record OutboxStatus(long Depth, long AgeSeconds, long InDoubt, long Parked);

/// <summary>How many dead letters have a reason.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Count">How many.</param>
/// <param name="Open">How many of them nobody has redriven.</param>
public sealed record ReasonCount(string Reason, int Count, int Open);
