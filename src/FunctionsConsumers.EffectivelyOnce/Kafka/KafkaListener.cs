using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Kafka;

/// <summary>
/// One member of a consumer group, which feeds one handler: gathers batches on a thread of its own while at most one
/// batch is in flight. It goes on asking for records during a long batch, so that it is not evicted from its group and a
/// rebalance does not wait for it. Windows, one batch in flight and offsets stored after success are those of the Kafka
/// extension 4.3.2 for Azure Functions (KafkaListener, MultipleItemFunctionExecutor).
/// </summary>
internal sealed partial class KafkaListener : IDisposable
{
    /// <summary>
    /// How long a full window waits for the batch in flight before the partitions are paused: pausing throws away what was
    /// fetched ahead.
    /// </summary>
    private static readonly TimeSpan PatienceBeforePause = TimeSpan.FromSeconds(1);

    /// <summary>The longest single wait inside the consumer, so that a stop is noticed.</summary>
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan WaitAfterFatal = TimeSpan.FromSeconds(5);

    private readonly ListenerOptions _options;
    private readonly BrokerWatch _watch;
    private readonly Action _changed;
    private readonly ILogger _logger;
    private readonly BatchWindow<ReadRecord> _window;
    private readonly AssignedPartitions _assigned = new();
    private readonly BatchDelivery _delivery;
    private readonly TaskCompletionSource _stopAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cancelBatch = new();
    private IConsumer<byte[], byte[]>? _consumer;
    private Task? _inFlight;
    private bool _paused;
    private TopicPartition? _last;

    /// <summary>Prepares the listener.</summary>
    public KafkaListener(
        ListenerOptions options, BatchHandler handle, BrokerWatch watch, Action changed, TimeProvider time, ILogger logger)
    {
        _options = options;
        options.Consumer.ClientId ??= ClientName.Of(options.Name);
        _watch = watch;
        _changed = changed;
        _logger = logger;
        _window = new BatchWindow<ReadRecord>(options.MaxBatchSize, options.Window, time);
        _delivery = new BatchDelivery(
            options.Name, options.PassOver, handle, _assigned, next => _consumer!.StoreOffset(next), time, logger);
    }

    /// <summary>The consumer group.</summary>
    public string Group => _options.Consumer.GroupId;

    /// <summary>The member as it stands: its id (empty before the first assignment) and its partitions.</summary>
    public GroupMember Member { get; private set; } = new("", "", []);

    /// <summary>Joins the group and begins to feed the handler.</summary>
    public void Start()
    {
        Member = new GroupMember(Group, "", []) { ClientId = _options.Consumer.ClientId };
        new Thread(Run) { IsBackground = true, Name = $"kafka {_options.Name}" }.Start();
    }

    /// <summary>
    /// Stops fetching at once, lets the batch in flight finish, commits what is stored and leaves the group.
    /// <paramref name="drain" /> is how long the batch may take before it is cancelled. <paramref name="leave" /> is how long commit
    /// and leaving may take afterwards, for a broker that is away.
    /// </summary>
    public async Task<bool> StopAsync(TimeSpan drain, TimeSpan leave)
    {
        _stopAsked.TrySetResult();
        if (await Task.WhenAny(_drained.Task, Task.Delay(drain)).ConfigureAwait(false) != _drained.Task)
        {
            LogCancelled(_options.Name, drain.TotalSeconds);
            await _cancelBatch.CancelAsync().ConfigureAwait(false);
        }

        return await Task.WhenAny(_ended.Task, Task.Delay(leave)).ConfigureAwait(false) == _ended.Task;
    }

    /// <summary>To be called after <see cref="StopAsync" />; a thread that the broker still holds up keeps what it needs.</summary>
    public void Dispose()
    {
        if (_ended.Task.IsCompleted)
        {
            _cancelBatch.Dispose();
        }
    }

    private void Run()
    {
        string? reported = null;
        while (!_stopAsked.Task.IsCompleted)
        {
            try
            {
                RunConsumer();
            }
#pragma warning disable CA1031 // The thread must not die: a group that nobody serves is worse than any error.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (!string.Equals(e.Message, reported, StringComparison.Ordinal))
                {
                    reported = e.Message;
                    LogRestart(e, _options.Name, WaitAfterFatal.TotalSeconds);
                }

                _stopAsked.Task.Wait(WaitAfterFatal);
            }
        }

        _drained.TrySetResult();
        _ended.TrySetResult();
    }

    private void RunConsumer()
    {
        using var consumer = Build();
        _consumer = consumer;
        consumer.Subscribe(_options.Topics);
        try
        {
            while (!_stopAsked.Task.IsCompleted)
            {
                Step(consumer);
            }
        }
        finally
        {
            Drain(consumer);
            if (_stopAsked.Task.IsCompleted)
            {
                _drained.TrySetResult();
            }

            consumer.Close();
        }
    }

    private IConsumer<byte[], byte[]> Build() => new ConsumerBuilder<byte[], byte[]>(_options.Consumer)
        .SetErrorHandler((_, error) => _watch.Report(_options.Name, error))
        .SetLogHandler((_, entry) => LogClient(_options.Name, entry.Message))
        .SetPartitionsAssignedHandler((consumer, partitions) => Assigned(consumer, partitions))
        .SetPartitionsRevokedHandler((consumer, gone) => Gone(consumer, [.. gone.Select(offset => offset.TopicPartition)], "revoked"))
        .SetPartitionsLostHandler((consumer, gone) => Gone(consumer, [.. gone.Select(offset => offset.TopicPartition)], "lost"))
        .Build();

    [LoggerMessage(94, LogLevel.Information, "{Name}: partitions [{Partitions}] assigned")]
    private partial void LogAssigned(string name, string partitions);

    [LoggerMessage(95, LogLevel.Information, "{Name}: partitions [{Partitions}] {How}")]
    private partial void LogGone(string name, string how, string partitions);

    [LoggerMessage(96, LogLevel.Warning,
        "{Name}: the batch in flight did not end within {Seconds:0} s and is cancelled; its records come again")]
    private partial void LogCancelled(string name, double seconds);

    [LoggerMessage(97, LogLevel.Error, "{Name}: the consumer failed and is made anew in {Seconds:0} s")]
    private partial void LogRestart(Exception failure, string name, double seconds);

    [LoggerMessage(98, LogLevel.Debug, "{Name}: {Message}")]
    private partial void LogClient(string name, string message);

    [LoggerMessage(99, LogLevel.Warning,
        "{Name} waits for a topic that is not there ({Reason}): make it at Kafka {Brokers}, or name another; it follows {Topics}")]
    private partial void LogNoTopic(string name, string brokers, string topics, string reason);
}
