using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Lab.Guarantees;

/// <summary>How one process life of a group has the effects of a batch.</summary>
internal interface IEffects : IDisposable
{
    /// <summary>Has the effects of a batch.</summary>
    /// <exception cref="CrashException">The process died.</exception>
    Task ApplyAsync(IReadOnlyList<ConsumedRecord> batch, Fault? fault, CancellationToken cancellationToken);
}
