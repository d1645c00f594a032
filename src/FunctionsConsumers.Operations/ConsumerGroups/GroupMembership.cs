namespace FunctionsConsumers.Operations.ConsumerGroups;

/// <summary>State and members of a consumer group.</summary>
/// <param name="Group">The group.</param>
/// <param name="State">Its state, in Kafka's words: <c>Stable</c>, <c>Empty</c>, <c>PreparingRebalance</c> …</param>
/// <param name="Members">Its members.</param>
public sealed record GroupMembership(string Group, string State, IReadOnlyList<GroupMember> Members)
{
    /// <summary>Whether somebody consumes, or is about to: offsets must not be changed then.</summary>
    public bool IsActive => Members.Count > 0 || State is not ("Empty" or "Dead" or "Unknown");
}

/// <summary>A member of a group.</summary>
/// <param name="Id">The id that the broker gave it.</param>
/// <param name="Partitions">Its partitions of the topic.</param>
/// <param name="Host">The machine it runs on; null where nobody tells.</param>
/// <param name="Process">The process, by its id, or else by the name it gave itself; null where nobody tells.</param>
/// <param name="Function">The function; null where the group has none.</param>
public sealed record GroupMember(
    string Id, IReadOnlyList<int> Partitions, string? Host = null, string? Process = null, string? Function = null)
{
    /// <summary>
    /// The name that the member gave itself: host, process and function for those of this project; null where it gave none.
    /// </summary>
    public string? ClientId { get; init; }
}

/// <summary>
/// Tells the members of groups: the broker, or the local hosts where the broker is the embedded cluster, which cannot be asked.
/// </summary>
public interface IGroupMembers
{
    /// <summary>Asks for groups.</summary>
    /// <param name="topic">The topic whose partitions are told; null for all topics, whose partitions are then not told apart.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>One for each group.</returns>
    /// <exception cref="OperationException">The broker does not answer.</exception>
    Task<IReadOnlyList<GroupMembership>> FindAsync(string? topic, IReadOnlyList<string> groups, CancellationToken cancellationToken);
}
