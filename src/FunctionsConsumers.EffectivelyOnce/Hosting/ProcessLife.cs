using System.Globalization;

namespace FunctionsConsumers.EffectivelyOnce.Hosting;

/// <summary>
/// The id of one process life, the owner of claims. Never reused: a process that starts again is another owner, so that
/// no claim of a dead life is taken for one's own.
/// </summary>
internal sealed class ProcessLife
{
    /// <summary>The id.</summary>
    public string Id { get; } = $"{Environment.MachineName}:{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}:{Guid.NewGuid():N}";
}
