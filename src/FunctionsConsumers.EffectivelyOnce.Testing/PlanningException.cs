namespace FunctionsConsumers.EffectivelyOnce.Testing;

/// <summary>A planner plans what cannot be, whatever happens around it.</summary>
internal sealed class PlanningException(string message) : Exception(message);
