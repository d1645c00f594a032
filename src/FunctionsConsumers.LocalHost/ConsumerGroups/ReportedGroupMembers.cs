using System.Globalization;
using FunctionsConsumers.LocalHost.Embedded;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.Operations;
using FunctionsConsumers.Operations.ConsumerGroups;

namespace FunctionsConsumers.LocalHost.ConsumerGroups;

/// <summary>Members as the local hosts of this machine report them, for the embedded cluster, which cannot be asked.</summary>
/// <param name="services">Where the broker is; hosts on another one are left out.</param>
/// <param name="reports">Reads the reports.</param>
public sealed class ReportedGroupMembers(OperatedServices services, Func<IReadOnlyList<HostReport>> reports) : IGroupMembers
{
    /// <summary>Who tells the members of the groups of a broker.</summary>
    /// <param name="services">Where the broker is.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The local hosts where the broker is an embedded one, else the broker.</returns>
    public static async Task<IGroupMembers> OfBrokerAsync(OperatedServices services, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(services);
        return await EmbeddedServices.IsEmbeddedAsync(services.Kafka, cancellationToken)
            ? new ReportedGroupMembers(services, HostReport.All)
            : new BrokerGroupMembers(services);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<GroupMembership>> FindAsync(string? topic, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        List<HostReport> here = [.. reports()
            .Where(report => (topic is null || report.Topic == topic) && report.Brokers == services.Kafka.Brokers)];
        return Task.FromResult<IReadOnlyList<GroupMembership>>(
        [
            .. groups.Select(group =>
            {
                List<GroupMember> members =
                [
                    .. here.SelectMany(report => report.Members
                        .Where(member => member.Group == group && member.Id.Length > 0)
                        .Select(member => new GroupMember(
                            member.Id, [.. member.Partitions.Order()], Environment.MachineName,
                            report.Pid.ToString(CultureInfo.InvariantCulture), services.Functions.GetValueOrDefault(group))
                        {
                            ClientId = member.ClientId,
                        })),
                ];
                return new GroupMembership(group, members.Count > 0 ? "Stable" : "Empty", members);
            }),
        ]);
    }
}
