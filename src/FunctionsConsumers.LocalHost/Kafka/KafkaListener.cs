using Confluent.Kafka;
using FunctionsConsumers.LocalHost.Configuration;
using FunctionsConsumers.LocalHost.Files;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.LocalHost.Kafka;

/// <summary>
/// One member of a consumer group, which feeds one function: gathers batches on a thread of its own while at most one
/// batch is in flight. Follows the listener of the Kafka extension 4.3.2 (KafkaListener, MultipleItemFunctionExecutor),
/// and goes on asking for records during a long batch, where the extension blocks: so it is not evicted, and a rebalance
/// does not wait for it.
/// </summary>
internal sealed partial class KafkaListener : IDisposable
{
    /// <summary>How long a full window waits for the batch in flight before the partitions are paused: pausing throws away what was fetched ahead.</summary>
    private static readonly TimeSpan PatienceBeforePause = TimeSpan.FromSeconds(1);

    /// <summary>The longest single wait inside the consumer, so that a stop is noticed.</summary>
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan WaitAfterFatal = TimeSpan.FromSeconds(5);

    private readonly string _function;
    private readonly string _topic;
    private readonly ConsumerConfig _config;
    private readonly BrokerWatch _watch;
    private readonly Action _changed;
    private readonly ILogger _logger;
    private readonly TimeSpan _whileRunning;
    private readonly BatchWindow<ReadRecord> _window;
    private readonly AssignedPartitions _assigned = new();
    private readonly BatchDelivery _delivery;
    private readonly TaskCompletionSource _stopAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cancelBatch = new();
    private IConsumer<byte[]?, byte[]?>? _consumer;
    private Task? _inFlight;
    private bool _paused;

    /// <summary>Prepares the listener.</summary>
    /// <param name="function">The function's name.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="config">The consumer's configuration, see <see cref="ConsumerSettings" />.</param>
    /// <param name="options">The options of host.json.</param>
    /// <param name="invoke">Calls the function with a batch.</param>
    /// <param name="watch">Told of errors.</param>
    /// <param name="changed">Called when partitions have come or gone; must not throw.</param>
    /// <param name="time">The clock of window and retries.</param>
    /// <param name="logger">The log.</param>
    public KafkaListener(
        string function,
        string topic,
        ConsumerConfig config,
        KafkaHostOptions options,
        Func<KafkaRecord[], CancellationToken, Task> invoke,
        BrokerWatch watch,
        Action changed,
        TimeProvider time,
        ILogger logger)
    {
        _function = function;
        _topic = topic;
        _config = config;
        _watch = watch;
        _changed = changed;
        _logger = logger;
        _whileRunning = TimeSpan.FromMilliseconds(Math.Min(options.ChannelFullRetryIntervalInMs, 100));
        _window = new BatchWindow<ReadRecord>(options.MaxBatchSize, TimeSpan.FromSeconds(options.SubscriberIntervalInSeconds), time);
        _delivery = new BatchDelivery(function, options, invoke, _assigned, next => _consumer!.StoreOffset(next), time, logger);
    }

    /// <summary>The consumer group.</summary>
    public string Group => _config.GroupId;

    /// <summary>The member as it stands: its id (empty before the first assignment) and its partitions.</summary>
    public HostMember Member { get; private set; } = new("", "", []);

    /// <summary>Joins the group and begins to feed the function.</summary>
    public void Start()
    {
        Member = new HostMember(Group, "", []);
        new Thread(Run) { IsBackground = true, Name = $"kafka {_function}" }.Start();
    }

    /// <summary>
    /// Stops fetching at once, lets the batch in flight finish, commits what is stored and leaves the group.
    /// </summary>
    /// <param name="drain">How long the batch may take before it is cancelled.</param>
    /// <param name="leave">How long commit and leaving may take afterwards, for a broker that is away.</param>
    /// <returns>Whether the group was left in time.</returns>
    public async Task<bool> StopAsync(TimeSpan drain, TimeSpan leave)
    {
        _stopAsked.TrySetResult();
        if (await Task.WhenAny(_drained.Task, Task.Delay(drain)) != _drained.Task)
        {
            LogCancelled(_function, drain.TotalSeconds);
            await _cancelBatch.CancelAsync();
        }

        return await Task.WhenAny(_ended.Task, Task.Delay(leave)) == _ended.Task;
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
                LogRestart(e, _function, WaitAfterFatal.TotalSeconds);
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
        consumer.Subscribe(_topic);
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

    private IConsumer<byte[]?, byte[]?> Build() => new ConsumerBuilder<byte[]?, byte[]?>(_config)
        .SetErrorHandler((_, error) => _watch.Report(_function, error))
        .SetLogHandler((_, entry) => LogClient(_function, entry.Message))
        .SetPartitionsAssignedHandler((consumer, partitions) => Assigned(consumer, partitions))
        .SetPartitionsRevokedHandler((consumer, partitions) => Gone(consumer, [.. partitions.Select(partition => partition.TopicPartition)], "revoked"))
        .SetPartitionsLostHandler((consumer, partitions) => Gone(consumer, [.. partitions.Select(partition => partition.TopicPartition)], "lost"))
        .Build();

    [LoggerMessage(Level = LogLevel.Information, Message = "{Function}: partitions [{Partitions}] assigned")]
    private partial void LogAssigned(string function, string partitions);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Function}: partitions [{Partitions}] {How}")]
    private partial void LogGone(string function, string how, string partitions);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function}: the batch in flight did not end within {Seconds:0} s and is cancelled; its records come again")]
    private partial void LogCancelled(string function, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function}: the consumer failed and is made anew in {Seconds:0} s")]
    private partial void LogRestart(Exception failure, string function, double seconds);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Function}: {Message}")]
    private partial void LogClient(string function, string message);
}
