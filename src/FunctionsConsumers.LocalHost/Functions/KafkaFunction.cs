using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers.LocalHost.Functions;

/// <summary>A function with a Kafka trigger, as its attributes describe it; nothing is resolved yet.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Type">The class of the method.</param>
/// <param name="Trigger">What the trigger's attribute says.</param>
/// <param name="Invoke">Calls the method on an instance of the class; null for the instance of a static method.</param>
internal sealed record KafkaFunction(string Name, Type Type, KafkaTriggerAttribute Trigger, Func<object?, KafkaRecord[], CancellationToken, Task> Invoke);
