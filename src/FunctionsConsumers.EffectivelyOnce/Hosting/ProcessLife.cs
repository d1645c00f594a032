using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Hosting;

/// <summary>
/// One process life: the owner of claims, and what it takes from its process. Its id is never reused: a process that starts
/// again is another owner, so that no claim of a dead life is taken for one's own.
/// </summary>
internal sealed class ProcessLife
{
    /// <summary>The id.</summary>
    public string Id { get; init; } =
        $"{Environment.MachineName}:{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}:{Guid.NewGuid():N}";

    /// <summary>Where jitter comes from.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>Starts work beside the caller's. A simulation, which has one thread, goes on with it until it waits.</summary>
    public Func<Func<Task>, Task> Start { get; init; } = static work => Task.Run(work);

    /// <summary>Stands between the gap audit and the processor. A simulation watches there.</summary>
    public Func<IBatchProcessor, IBatchProcessor> Audited { get; init; } = static processor => processor;
}
