using Azure.Data.Tables;
using Confluent.Kafka;

namespace FunctionsConsumers.Audit.Sessions;

/// <summary>Where an audit finds topic and tables.</summary>
/// <param name="Kafka">The broker, and how to log in.</param>
/// <param name="Tables">One client for each account.</param>
/// <param name="Topic">The topic of the orders.</param>
internal sealed record AuditedServices(ClientConfig Kafka, IReadOnlyList<TableServiceClient> Tables, string Topic)
{
    /// <summary>
    /// Asked with the topic's name before the broker is: may say in its own words why nobody is let in. Null for nothing.
    /// </summary>
    public Action<string>? BeforeAsking { get; init; }
}
