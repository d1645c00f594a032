using FunctionsConsumers.EffectivelyOnce.Outages;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Hosting;

/// <summary>Does a piece of upkeep again and again, until it is stopped. No failure ends it.</summary>
internal sealed partial class UpkeepLoop(string group, Random random, TimeProvider time, ILogger logger)
{
    private readonly ILogger _logger = logger;
    private readonly ContainedFaults _faults = new();

    /// <summary>Runs until it is stopped.</summary>
    public async Task RunAsync(string what, TimeSpan interval, Func<CancellationToken, Task> once, CancellationToken stop)
    {
        while (true)
        {
            await Pause.ForAsync(interval * (0.9 + (random.NextDouble() / 5)), time, stop).ConfigureAwait(false);
            if (stop.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await once(stop).ConfigureAwait(false);
                _faults.Over(what);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Upkeep that ended with any error would be missed by nobody until it was needed.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (_faults.Note(what, failure.Message))
                {
                    LogFailed(group, what, failure.Message);
                }
            }
        }
    }

    [LoggerMessage(45, LogLevel.Warning, "{Group}: the {What} failed and is tried again: {Reason}")]
    private partial void LogFailed(string group, string what, string reason);
}
