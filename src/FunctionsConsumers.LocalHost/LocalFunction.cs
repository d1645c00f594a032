namespace FunctionsConsumers.LocalHost;

/// <summary>A function that the local host runs.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Trigger">The trigger, as <c>func start</c> names it: <c>kafkaTrigger</c>, <c>timerTrigger</c> or
/// <c>httpTrigger</c>.</param>
/// <param name="Group">The consumer group; null for a trigger without one.</param>
/// <param name="Topic">The topic; null for a trigger without one.</param>
/// <param name="Schedule">The schedule; null for a trigger without one.</param>
/// <param name="Address">Methods and address; null for a trigger without one.</param>
public sealed record LocalFunction(
    string Name, string Trigger, string? Group, string? Topic, string? Schedule = null, string? Address = null)
{
    /// <summary>The function in one line.</summary>
    /// <returns>Its name, its trigger and what the trigger follows.</returns>
    public string Describe() =>
        (Schedule ?? Address) is { } follows ? $"{Name}: {Trigger}, {follows}" : $"{Name}: {Trigger}, group {Group}, topic {Topic}";
}
