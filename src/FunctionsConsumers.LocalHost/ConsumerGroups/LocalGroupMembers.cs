using FunctionsConsumers.Operations;
using FunctionsConsumers.Operations.ConsumerGroups;

namespace FunctionsConsumers.LocalHost.ConsumerGroups;

/// <summary>
/// Members for the page of a local host: whom to ask turns out with the first question, since the broker has to be there for it.
/// </summary>
internal sealed class LocalGroupMembers(OperatedServices services) : IGroupMembers
{
    private IGroupMembers? _members;

    /// <inheritdoc />
    public async Task<IReadOnlyList<GroupMembership>> FindAsync(
        string? topic, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        _members ??= await ReportedGroupMembers.OfBrokerAsync(services, cancellationToken);
        return await _members.FindAsync(topic, groups, cancellationToken);
    }
}
