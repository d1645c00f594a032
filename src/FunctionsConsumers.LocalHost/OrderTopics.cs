using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.LocalHost;

/// <summary>The topics that belong to the topic of the orders.</summary>
internal static class OrderTopics
{
    /// <summary>The dead-letter topics of all groups.</summary>
    public static IEnumerable<string> DeadLetters(string topic) => Groups.All.Select(group => DeadLetter.TopicOf(topic, group));
}
