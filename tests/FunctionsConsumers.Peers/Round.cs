using System.Text.Json.Serialization;

namespace FunctionsConsumers.Peers;

/// <summary>One round: a topic that a fresh group reads to its end, into an empty database.</summary>
/// <param name="Route">How the orders are handled.</param>
/// <param name="Brokers">Kafka's bootstrap list.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Orders">How many distinct orders it holds.</param>
/// <param name="Records">How many records it holds, resends included.</param>
/// <param name="Database">The connection string of the database.</param>
internal sealed record Round(Route Route, string Brokers, string Topic, int Orders, int Records, string Database);

/// <summary>How Wolverine handles the orders.</summary>
internal enum Route
{
    /// <summary>Its documented route: the effect and the inbox's mark in one transaction for each message.</summary>
    Transaction,

    /// <summary>Its batch handler; the inbox knows the order's id, and a unique key stands behind it.</summary>
    Batch,

    /// <summary>Its batch handler; the inbox takes every record, and the unique key alone suppresses resends.</summary>
    UniqueKey,
}

/// <summary>What a round came to.</summary>
/// <param name="Seconds">From the first record to the commit of the last order.</param>
/// <param name="Records">Records that were read.</param>
/// <param name="Applied">Orders whose row was inserted.</param>
/// <param name="Refused">Records that reached the handler and found their order's row.</param>
internal sealed record Answer(double Seconds, int Records, int Applied, int Refused);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Round))]
[JsonSerializable(typeof(Answer))]
internal sealed partial class RoundJson : JsonSerializerContext;
