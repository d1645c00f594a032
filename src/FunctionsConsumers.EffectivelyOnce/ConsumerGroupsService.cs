using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce;

/// <summary>
/// Opens every group's table at the start, so that a wrong setting stops the host before it takes a record, and runs the
/// outboxes.
/// </summary>
internal sealed partial class ConsumerGroupsService(IEnumerable<IConsumerGroup> groups, TimeProvider time, ILogger<ConsumerGroupsService> logger)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan OpenAgainAfter = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = logger;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var group in groups)
        {
            try
            {
                await group.OpenAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (StoreUnavailableException failure)
            {
                // The table service may be back in a moment; batches wait for it.
                LogUnavailable(group.Group, failure.Message);
            }
        }

        _running = Task.WhenAll(groups.Select(group => Task.Run(() => RunAsync(group), CancellationToken.None)));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync(IConsumerGroup group)
    {
        try
        {
            while (true)
            {
                try
                {
                    var outbox = await group.OpenAsync(_stop.Token).ConfigureAwait(false);
                    await outbox.RunAsync(_stop.Token).ConfigureAwait(false);
                    return;
                }
                catch (Exception failure) when (failure is StoreUnavailableException or SettingException)
                {
                    LogUnavailable(group.Group, failure.Message);
                }

                await Task.Delay(OpenAgainAfter, time, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    [LoggerMessage(41, LogLevel.Warning, "{Group}: the table cannot be opened and is tried again: {Reason}")]
    private partial void LogUnavailable(string group, string reason);
}
