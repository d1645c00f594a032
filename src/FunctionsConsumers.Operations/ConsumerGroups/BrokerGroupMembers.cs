using System.Text.RegularExpressions;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace FunctionsConsumers.Operations.ConsumerGroups;

/// <summary>Members as a real broker tells them.</summary>
/// <param name="services">Where the broker is.</param>
public sealed partial class BrokerGroupMembers(OperatedServices services) : IGroupMembers
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    public async Task<IReadOnlyList<GroupMembership>> FindAsync(
        string? topic, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        using var admin = Admin();
        try
        {
            var described = await admin
                .DescribeConsumerGroupsAsync(groups, new DescribeConsumerGroupsOptions { RequestTimeout = Patience })
                .WaitAsync(cancellationToken);
            return [.. described.ConsumerGroupDescriptions.Select(
                group => new GroupMembership(group.GroupId, group.State.ToString(), Members(group, topic)))];
        }
        catch (KafkaException e)
        {
            throw new OperationException(
                $"Kafka at {services.Kafka.Brokers} does not tell its groups ({e.Error.Reason}): check --brokers (setting KafkaBrokers), "
                    + "and that the user may describe groups", e);
        }
    }

    /// <summary>The consumer groups that the broker knows.</summary>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>Their names, in order.</returns>
    /// <exception cref="OperationException">The broker does not answer.</exception>
    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken)
    {
        using var admin = Admin();
        try
        {
            var listed = await admin.ListConsumerGroupsAsync(new ListConsumerGroupsOptions { RequestTimeout = Patience })
                .WaitAsync(cancellationToken);
            return [.. listed.Valid.Select(group => group.GroupId).Order(StringComparer.Ordinal)];
        }
        catch (KafkaException e)
        {
            throw new OperationException(
                $"Kafka at {services.Kafka.Brokers} does not list its groups ({e.Error.Reason}): name them with --group, "
                    + "or check that the user may list groups", e);
        }
    }

    private IAdminClient Admin() =>
        new AdminClientBuilder(services.Kafka.Apply(new AdminClientConfig { ClientId = "functions-consumers-operations" }))
            .SetErrorHandler((_, _) => { })
            .SetLogHandler((_, _) => { })
            .Build();

    private List<GroupMember> Members(ConsumerGroupDescription group, string? topic) =>
    [
        .. group.Members.Select(member => Named(
            member.ClientId,
            member.Host?.TrimStart('/'),
            services.Functions.GetValueOrDefault(group.GroupId),
            new GroupMember(
                member.ConsumerId,
                [
                    .. (member.Assignment?.TopicPartitions ?? [])
                        .Where(partition => topic is null || partition.Topic == topic)
                        .Select(partition => partition.Partition.Value)
                        .Distinct()
                        .Order(),
                ]))),
    ];

    /// <summary>
    /// Says whose a member is: those of this project say it in the name they give themselves. <paramref name="function" /> is null
    /// where it has none.
    /// </summary>
    internal static GroupMember Named(string? clientId, string? host, string? function, GroupMember member) =>
        Name().Match(clientId ?? "") is { Success: true } name
            ? member with
            {
                ClientId = clientId,
                Host = name.Groups["host"].Value,
                Process = name.Groups["process"].Value,
                Function = name.Groups["function"].Value,
            }
            : member with { ClientId = clientId, Host = host, Process = clientId, Function = function };

    // As the library's ClientName makes it.
    [GeneratedRegex("^(?<host>.+)-(?<process>[0-9]+)-(?<function>[^-]+)$")]
    private static partial Regex Name();
}
