using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Lab.Guarantees;

/// <summary>How one process life of a group has the effects of a batch.</summary>
internal interface IEffects : IDisposable
{
    /// <summary>Has the effects of a batch.</summary>
    /// <param name="batch">The records, of one partition and in order.</param>
    /// <param name="fault">What happens meanwhile; null for nothing. Faults that are not about effects are passed over.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>When it believes that they are there.</returns>
    /// <exception cref="CrashException">The process died.</exception>
    Task ApplyAsync(IReadOnlyList<ConsumedRecord> batch, Fault? fault, CancellationToken cancellationToken);
}
