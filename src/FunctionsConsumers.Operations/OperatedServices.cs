using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.Operations;

/// <summary>Where the system is that is looked at or mended: broker, tables, topic, groups.</summary>
/// <param name="Kafka">The broker, and how to log in.</param>
/// <param name="Tables">The accounts of the tables.</param>
/// <param name="Topic">The topic of the orders.</param>
public sealed record OperatedServices(KafkaConnection Kafka, TableAccounts Tables, string Topic)
{
    /// <summary>The consumer groups.</summary>
    /// <value>Default: all groups of the orders.</value>
    public IReadOnlyList<string> Groups { get; init; } = FunctionsConsumers.Orders.Groups.All;

    /// <summary>The function of each group, for what is told of members.</summary>
    /// <value>Default none: members are then told of without a function.</value>
    public IReadOnlyDictionary<string, string> Functions { get; init; } = new Dictionary<string, string>();

    /// <summary>The clock.</summary>
    /// <value>Default: the system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Asked with a topic's name before the broker is: may throw, and say in its own words why nobody is let in.</summary>
    /// <value>Default none.</value>
    public Action<string>? BeforeAsking { get; init; }
}

/// <summary>Something could not be looked at or mended. The message is one line that names the thing and the fix.</summary>
/// <param name="message">The line.</param>
/// <param name="innerException">What was behind it.</param>
public sealed class OperationException(string message, Exception? innerException = null) : Exception(message, innerException);
