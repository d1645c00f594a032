using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers;

/// <summary>Which function consumes for which group. The triggers say it, and so it is said once.</summary>
public static class ConsumerFunctions
{
    /// <summary>The function's name, by the consumer group of its trigger.</summary>
    public static IReadOnlyDictionary<string, string> ByGroup { get; } = typeof(ConsumerFunctions).Assembly.GetExportedTypes()
        .SelectMany(type => type.GetMethods())
        .SelectMany(method => method.GetParameters(), (method, parameter) => (
            Function: method.GetCustomAttribute<FunctionAttribute>()?.Name,
            Group: parameter.GetCustomAttribute<KafkaTriggerAttribute>()?.ConsumerGroup))
        .Where(trigger => trigger is { Function: not null, Group: not null })
        .ToDictionary(trigger => trigger.Group!, trigger => trigger.Function!);
}
