using Confluent.Kafka;
using Confluent.Kafka.Admin;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.LocalHost.Embedded;
using FunctionsConsumers.LocalHost.Files;

namespace FunctionsConsumers.Cli.ConsumerGroups;

/// <summary>State and members of a group: from the broker, or from what local hosts report where the broker is the embedded cluster, which cannot be asked.</summary>
/// <param name="Group">The group.</param>
/// <param name="State">Its state, in Kafka's words.</param>
/// <param name="Members">Its members.</param>
internal sealed record GroupMembership(string Group, string State, IReadOnlyList<GroupMember> Members)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Asks for groups.</summary>
    /// <param name="kafka">The broker.</param>
    /// <param name="topic">The topic whose partitions are told.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>One for each group.</returns>
    /// <exception cref="CommandException">The broker does not answer.</exception>
    public static async Task<IReadOnlyList<GroupMembership>> FindAsync(KafkaConnection kafka, string topic, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        if (await EmbeddedServices.IsEmbeddedAsync(kafka, cancellationToken))
        {
            return FromReports(HostReport.All(), kafka.Brokers, topic, groups);
        }

        using var admin = new AdminClientBuilder(kafka.Apply(new AdminClientConfig { ClientId = "fc-groups" }))
            .SetErrorHandler((_, _) => { })
            .SetLogHandler((_, _) => { })
            .Build();
        try
        {
            var described = await admin.DescribeConsumerGroupsAsync(groups, new DescribeConsumerGroupsOptions { RequestTimeout = Patience });
            return [.. described.ConsumerGroupDescriptions.Select(group => new GroupMembership(group.GroupId, group.State.ToString(), MembersOf(group, topic)))];
        }
        catch (KafkaException e)
        {
            throw new CommandException($"Kafka at {kafka.Brokers} does not tell its groups ({e.Error.Reason}): check --brokers (setting KafkaBrokers), and that the user may describe groups", e);
        }
    }

    /// <summary>Puts groups together from the reports of local hosts.</summary>
    /// <param name="reports">The reports.</param>
    /// <param name="brokers">The broker asked about; hosts on another one are left out.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="groups">The groups.</param>
    /// <returns>One for each group.</returns>
    public static IReadOnlyList<GroupMembership> FromReports(IReadOnlyList<HostReport> reports, string brokers, string topic, IReadOnlyList<string> groups) =>
    [
        .. groups.Select(group =>
        {
            List<GroupMember> members =
            [
                .. reports.Where(report => report.Topic == topic && report.Brokers == brokers)
                    .SelectMany(report => report.Members)
                    .Where(member => member.Group == group && member.Id.Length > 0)
                    .Select(member => new GroupMember(member.Id, [.. member.Partitions.Order()]) { ClientId = member.ClientId }),
            ];
            return new GroupMembership(group, members.Count > 0 ? "Stable" : "Empty", members);
        }),
    ];

    private static List<GroupMember> MembersOf(ConsumerGroupDescription group, string topic) =>
    [
        .. group.Members.Select(member => new GroupMember(
            member.ConsumerId,
            [.. (member.Assignment?.TopicPartitions ?? []).Where(partition => partition.Topic == topic).Select(partition => partition.Partition.Value).Order()])
        {
            ClientId = member.ClientId,
        }),
    ];
}
