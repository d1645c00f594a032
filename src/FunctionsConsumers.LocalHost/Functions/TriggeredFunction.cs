using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsConsumers.LocalHost.Functions;

/// <summary>A function as its attributes describe it; nothing is resolved yet.</summary>
/// <typeparam name="TInput">What its trigger gives it.</typeparam>
/// <param name="Name">The function's name.</param>
/// <param name="Type">The class of the method.</param>
/// <param name="Invoke">Calls the method on an instance of the class; null for the instance of a static method.</param>
internal abstract record TriggeredFunction<TInput>(string Name, Type Type, Func<object?, TInput, CancellationToken, Task> Invoke);

/// <summary>A function with a Kafka trigger.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Type">The class of the method.</param>
/// <param name="Trigger">What the trigger's attribute says.</param>
/// <param name="Invoke">Calls the method.</param>
internal sealed record KafkaFunction(
    string Name, Type Type, KafkaTriggerAttribute Trigger, Func<object?, KafkaRecord[], CancellationToken, Task> Invoke)
    : TriggeredFunction<KafkaRecord[]>(Name, Type, Invoke);

/// <summary>A function with a timer trigger.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Type">The class of the method.</param>
/// <param name="Trigger">What the trigger's attribute says.</param>
/// <param name="Invoke">Calls the method.</param>
internal sealed record TimerFunction(
    string Name, Type Type, TimerTriggerAttribute Trigger, Func<object?, TimerInfo, CancellationToken, Task> Invoke)
    : TriggeredFunction<TimerInfo>(Name, Type, Invoke);

/// <summary>A function with an HTTP trigger.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Type">The class of the method.</param>
/// <param name="Trigger">What the trigger's attribute says.</param>
/// <param name="Invoke">Calls the method, and writes its result as the answer.</param>
internal sealed record HttpFunction(
    string Name, Type Type, HttpTriggerAttribute Trigger, Func<object?, HttpRequest, CancellationToken, Task> Invoke)
    : TriggeredFunction<HttpRequest>(Name, Type, Invoke);

/// <summary>The functions of an app, by trigger, each list by name.</summary>
/// <param name="Kafka">Those with a Kafka trigger.</param>
/// <param name="Timers">Those with a timer trigger.</param>
/// <param name="Http">Those with an HTTP trigger.</param>
internal sealed record AppFunctions(
    IReadOnlyList<KafkaFunction> Kafka, IReadOnlyList<TimerFunction> Timers, IReadOnlyList<HttpFunction> Http);
