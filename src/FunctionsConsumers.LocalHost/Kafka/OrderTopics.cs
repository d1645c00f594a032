using FunctionsConsumers.Orders;

namespace FunctionsConsumers.LocalHost.Kafka;

/// <summary>The names of the topics that belong to the topic of the orders.</summary>
internal static class OrderTopics
{
    /// <summary>The topic of a group's dead letters, <c>&lt;topic&gt;.&lt;group&gt;.dead-letters</c>.</summary>
    public static string DeadLetters(string topic, string group) => $"{topic}.{group}.dead-letters";

    /// <summary>The dead-letter topics of all groups.</summary>
    public static IEnumerable<string> DeadLetters(string topic) => Groups.All.Select(group => DeadLetters(topic, group));
}
