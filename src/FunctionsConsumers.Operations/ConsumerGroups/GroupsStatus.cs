using FunctionsConsumers.Operations.Log;

namespace FunctionsConsumers.Operations.ConsumerGroups;

/// <summary>Where groups stand: members, offsets and lag from the broker; messages from the tables.</summary>
/// <param name="services">Where the system is.</param>
/// <param name="log">The log.</param>
/// <param name="members">Who tells the members.</param>
public sealed class GroupsStatus(OperatedServices services, TopicLog log, IGroupMembers members)
{
    /// <summary>Asks for the groups of the orders.</summary>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>One for each group.</returns>
    /// <exception cref="OperationException">The broker does not answer, or there is no such topic.</exception>
    public Task<IReadOnlyList<GroupStanding>> FindAsync(CancellationToken cancellationToken) =>
        FindAsync(services.Topic, services.Groups, cancellationToken);

    /// <summary>Asks for any groups of any topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>One for each group.</returns>
    /// <exception cref="OperationException">The broker does not answer, or there is no such topic.</exception>
    public async Task<IReadOnlyList<GroupStanding>> FindAsync(
        string topic, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var held = await log.RangesAsync(topic, cancellationToken);
        var standings = new List<GroupStanding>(groups.Count);
        foreach (var membership in await members.FindAsync(topic, groups, cancellationToken))
        {
            standings.Add(Of(membership, held,
                await log.CommittedAsync(membership.Group, topic, held.Select(range => range.Partition), cancellationToken)));
        }

        return standings;
    }

    /// <summary>Looks through the outboxes of the groups of the orders.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>One for each group.</returns>
    /// <exception cref="EffectivelyOnce.StoreUnavailableException">A table could not be read.</exception>
    /// <exception cref="EffectivelyOnce.SettingException">The account refuses the credential.</exception>
    public Task<IReadOnlyList<OutboxStanding>> OutboxesAsync(CancellationToken cancellationToken) =>
        new OutboxStandings(services).FindAsync(cancellationToken);

    /// <summary>Puts together what was asked for.</summary>
    internal static GroupStanding Of(
        GroupMembership membership, IReadOnlyList<PartitionRange> held, IReadOnlyDictionary<int, long> committed)
    {
        // A group that never committed begins at the log's start, and has all of it to go.
        List<PartitionStanding> partitions = [.. held.Select(range => committed.TryGetValue(range.Partition, out var offset)
            ? new PartitionStanding(
                range.Partition, offset, range.End, Math.Max(0, range.End - Math.Max(offset, range.Start)), range.Start)
            : new PartitionStanding(range.Partition, null, range.End, range.Length, range.Start))];
        return new GroupStanding(
            membership.Group, membership.State, membership.Members, partitions, partitions.Sum(partition => partition.Lag));
    }
}
