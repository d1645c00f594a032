namespace FunctionsConsumers.EffectivelyOnce.Testing;

/// <summary>A planner plans what cannot be, whatever happens around it.</summary>
/// <param name="message">What, and of which record.</param>
internal sealed class PlanningException(string message) : Exception(message);
