using FunctionsConsumers.EffectivelyOnce.Kafka;
using FunctionsConsumers.EffectivelyOnce.Progress;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Hosting;

/// <summary>
/// Consumes for one group until the host stops: feeds the group's processor from Kafka, audits for gaps, forgets what is past its
/// retention. Nothing that a service answers, or does not answer, ends it.
/// </summary>
internal sealed partial class HostedConsumer(
    IConsumerGroup group,
    IReadOnlyList<string> topics,
    KafkaConsumerOptions options,
    KafkaConnection kafka,
    BrokerWatch watch,
    TimeProvider time,
    ILoggerFactory loggers) : IHostedService, IDisposable
{
    /// <summary>How long commit and leaving the group may take after the batch has ended, for a broker that is away.</summary>
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(5);

    // An hour's share: at the sweep's own rate, about four minutes.
    private const int RowsForgottenAtOnce = 50_000;

    private readonly ILogger _logger = loggers.CreateLogger("FunctionsConsumers.EffectivelyOnce." + group.Name);
    private readonly CancellationTokenSource _stop = new();
    private KafkaListener? _listener;
    private Task _upkeep = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener = new KafkaListener(
            HostedConsumerSettings.Listener(group.Name, topics, kafka, options), group.ProcessAsync, watch, () => { }, time, _logger);
        _listener.Start();
        watch.Follow(topics[0]);
        var loop = new UpkeepLoop(group.Name, Random.Shared, time, _logger);
        _upkeep = Task.WhenAll(
            loop.RunAsync("gap audit", options.GapAuditInterval, stop => group.AuditGapsAsync(IGroupUpkeep.Grace, stop), _stop.Token),
            loop.RunAsync(
                "retention sweep", options.RetentionInterval, stop => group.ForgetAsync(RowsForgottenAtOnce, stop), _stop.Token));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            var isLeft = _listener?.StopAsync(options.Drain, LeaveTimeout) ?? Task.FromResult(true);
            if (!await isLeft.WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                LogNotLeft(group.Name, kafka.Brokers, LeaveTimeout.TotalSeconds);
            }

            await _upkeep.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Thrown on, this would end the process with a crash report. What was not committed comes again.
            LogNotDone(group.Name);
        }
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _stop.Dispose();
    }

    [LoggerMessage(47, LogLevel.Warning,
        "{Group}: the host's time to stop is over before the batch in flight was: its records come again; "
        + "lower Drain, or raise the host's ShutdownTimeout")]
    private partial void LogNotDone(string group);

    [LoggerMessage(46, LogLevel.Warning,
        "{Group}: Kafka at {Brokers} did not answer within {Seconds:0} s of the stop: the group was not left, "
        + "and what was not committed comes again")]
    private partial void LogNotLeft(string group, string brokers, double seconds);
}
