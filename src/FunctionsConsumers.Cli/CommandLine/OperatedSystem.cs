using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.LocalHost.ConsumerGroups;
using FunctionsConsumers.LocalHost.Kafka;
using FunctionsConsumers.Operations;
using FunctionsConsumers.Operations.ConsumerGroups;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Operations.Log;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>The system that a command looks at or mends, as the project Operations takes it.</summary>
internal sealed class OperatedSystem : IDisposable
{
    private OperatedSystem(OperatedServices services)
    {
        Services = services;
        Log = new TopicLog(services);
        Letters = new DeadLetterTopics(services, Log);
    }

    /// <summary>Where it is.</summary>
    public OperatedServices Services { get; }

    /// <summary>Its topics.</summary>
    public TopicLog Log { get; }

    /// <summary>Its dead letters.</summary>
    public DeadLetterTopics Letters { get; }

    /// <summary>The system of a target. Nothing of it is asked yet.</summary>
    public static OperatedSystem Of(Target target) => Of(target, target.Kafka(), target.Tables());

    /// <summary>The system of a target of which only the broker is asked.</summary>
    public static OperatedSystem OfBroker(Target target) => Of(target, target.Kafka(), new TableAccounts([], OrderSettings.Tables));

    /// <summary>The system of a target that need not name tables: what only they know is then left out.</summary>
    public static OperatedSystem OfWhatIsNamed(Target target) => target.HasTables ? Of(target) : OfBroker(target);

    /// <summary>The system of a target of which only the tables are asked.</summary>
    public static OperatedSystem OfTables(Target target) => Of(target, new KafkaConnection(""), target.Tables());

    /// <summary>
    /// Who tells the members of its groups. Returns the local hosts where the broker is an embedded one, else the broker.
    /// </summary>
    public Task<IGroupMembers> MembersAsync(CancellationToken cancellationToken) =>
        ReportedGroupMembers.OfBrokerAsync(Services, cancellationToken);

    /// <summary>Who works at this terminal, for what is written down of changes.</summary>
    public static string Person => $"{Environment.UserName}@{Environment.MachineName}";

    /// <inheritdoc />
    public void Dispose()
    {
        Letters.Dispose();
        Log.Dispose();
    }

    private static OperatedSystem Of(Target target, KafkaConnection kafka, TableAccounts tables) =>
        new(new OperatedServices(kafka, tables, target.Topic)
    {
        Functions = ConsumerFunctions.ByGroup,
        BeforeAsking = topic => BrokerTopics.Ask(kafka, topic, CancellationToken.None),
    });
}
