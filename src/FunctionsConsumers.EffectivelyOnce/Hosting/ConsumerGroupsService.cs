using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce.Outages;
using FunctionsConsumers.EffectivelyOnce.Progress;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Hosting;

/// <summary>
/// Opens every group's table at the start, so that a wrong setting stops the host before it takes a record, and runs the
/// outboxes.
/// </summary>
internal sealed partial class ConsumerGroupsService(
    IEnumerable<IConsumerGroup> groups, ProcessLife life, TimeProvider time, ILogger<ConsumerGroupsService> logger)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan OpenAgainAfter = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = logger;
    private readonly ContainedFaults _faults = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Side by side: a group mostly waits for a client that looks for its broker.
        await Task.WhenAll(groups.Select(group => SetFloorsAsync(group, cancellationToken))).ConfigureAwait(false);
        if (cancellationToken.IsCancellationRequested)
        {
            // The host is stopped while it starts.
            return;
        }

        _running = Task.WhenAll(groups.Select(group => life.Start(() => RunAsync(group))));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await life.Start(CancelAsync).ConfigureAwait(false);
        try
        {
            await _running.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Thrown on, this would end the process with a crash report. The next owner finds everything in the tables.
            LogNotDone();
        }
    }

    public void Dispose() => _stop.Dispose();

    // What waits goes on with the one who cancels, and not with the host's own thread.
    private Task CancelAsync()
    {
        _stop.Cancel();
        return Task.CompletedTask;
    }

    private async Task SetFloorsAsync(IConsumerGroup group, CancellationToken cancellationToken)
    {
        try
        {
            await group.SetFloorsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or KafkaException)
        {
            // The tables or the broker may be back in a moment; batches wait for them.
            LogUnavailable(group.Name, failure.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Thrown on, this would end the process with a crash report.
        }
    }

    private async Task RunAsync(IConsumerGroup group)
    {
        try
        {
            while (true)
            {
                try
                {
                    var open = await group.OpenAsync(_stop.Token).ConfigureAwait(false);
                    await Task.WhenAll(open.Outbox.RunAsync(_stop.Token), WriteProgressAsync(group.Name, open.Progress))
                        .ConfigureAwait(false);
                    return;
                }
                catch (Exception failure) when (!_stop.IsCancellationRequested)
                {
                    // Whatever it was, the group's work begins again: ended, it would stay so for the process's life.
                    if (_faults.Note(group.Name, failure.Message))
                    {
                        LogUnavailable(group.Name, failure.Message);
                    }
                }

                await Pause.ForAsync(OpenAgainAfter, time, _stop.Token).ConfigureAwait(false);
                _stop.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task WriteProgressAsync(string group, GroupProgress progress)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await Pause.ForAsync(GapAudit.FlushInterval, time, _stop.Token).ConfigureAwait(false);
                _stop.Token.ThrowIfCancellationRequested();
                await progress.FlushAsync(_stop.Token).ConfigureAwait(false);
                _faults.Over("progress of " + group);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
            }
            catch (Exception failure)
            {
                // A refusal that passes, too: this round is over, and the next one writes it all.
                if (_faults.Note("progress of " + group, failure.Message))
                {
                    LogNotWritten(group, failure.Message);
                }
            }
        }

        // Once more, so that a clean stop leaves no apparent gap behind.
        using var soon = new CancellationTokenSource(GapAudit.FlushInterval, time);
        try
        {
            await progress.FlushAsync(soon.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // What is not written is only asked of the tables again.
            LogNotWritten(group, failure.Message);
        }
    }

    [LoggerMessage(43, LogLevel.Warning,
        "The host's time to stop is over, and the tables did not answer: a message that was sent and is not settled may be sent again")]
    private partial void LogNotDone();

    [LoggerMessage(42, LogLevel.Warning, "{Group}: the progress is not written yet: {Reason}")]
    private partial void LogNotWritten(string group, string reason);

    [LoggerMessage(41, LogLevel.Warning, "{Group}: the table cannot be opened and is tried again: {Reason}")]
    private partial void LogUnavailable(string group, string reason);
}
