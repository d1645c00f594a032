using Confluent.Kafka;
using FunctionsConsumers.LocalHost.Configuration;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.LocalHost.Kafka;

/// <summary>
/// Delivers one batch to a function, again and again until it succeeds or the options say to pass it over, and stores
/// the offsets behind it only then. Differs from the extension for the better in three things: an offset that cannot be
/// stored, because its partition has gone, does not keep the others of the batch from being stored; records of
/// partitions that have gone are left out of the next attempt; and there is a wait between attempts.
/// </summary>
internal sealed partial class BatchDelivery
{
    /// <summary>The extension does not wait at all; a function that fails at once would burn a core.</summary>
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly string _function;
    private readonly KafkaHostOptions _options;
    private readonly Func<KafkaRecord[], CancellationToken, Task> _invoke;
    private readonly AssignedPartitions _assigned;
    private readonly Action<TopicPartitionOffset> _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public BatchDelivery(
        string function,
        KafkaHostOptions options,
        Func<KafkaRecord[], CancellationToken, Task> invoke,
        AssignedPartitions assigned,
        Action<TopicPartitionOffset> store,
        TimeProvider time,
        ILogger logger)
    {
        _function = function;
        _options = options;
        _invoke = invoke;
        _assigned = assigned;
        _store = store;
        _time = time;
        _logger = logger;
    }

    /// <summary>Delivers a batch. Never throws; a cancelled batch has stored nothing and is read again by whoever comes next.</summary>
    public async Task DeliverAsync(ReadRecord[] batch, CancellationToken cancellationToken)
    {
        var wait = FirstWait;
        for (var attempt = 1; batch.Length > 0 && !cancellationToken.IsCancellationRequested; attempt++)
        {
            if (await AttemptAsync(batch, cancellationToken) is not { } failure)
            {
                Store(batch);
                return;
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            if (_options.CommitOnFailure || (_options.MaxRetries >= 0 && attempt > _options.MaxRetries))
            {
                var option = _options.CommitOnFailure ? "commitOnFailure is true" : "maxRetries is used up";
                LogPassedOver(failure, _function, batch.Length, attempt, option);
                Store(batch);
                return;
            }

            LogRetry(failure, _function, batch.Length, attempt);
            try
            {
                await Task.Delay(wait, _time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
            batch = Array.FindAll(batch, IsStillOurs);
        }
    }

    /// <summary>One call of the function; its failure, or null.</summary>
    private async Task<Exception?> AttemptAsync(ReadRecord[] batch, CancellationToken cancellationToken)
    {
        try
        {
            await _invoke(Array.ConvertAll(batch, record => record.ToKafkaRecord()), cancellationToken);
            return null;
        }
#pragma warning disable CA1031 // Whatever a function throws, the batch is delivered again: that is the contract.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e;
        }
    }

    private bool IsStillOurs(ReadRecord record) => _assigned.AssignmentOf(record.Result.TopicPartition) == record.Assignment;

    /// <summary>Stores, for each partition, the offset behind its last record in the batch.</summary>
    private void Store(ReadRecord[] batch)
    {
        var last = new Dictionary<TopicPartition, ReadRecord>();
        foreach (var record in batch)
        {
            last[record.Result.TopicPartition] = record;
        }

        foreach (var (partition, record) in last)
        {
            try
            {
                var next = new TopicPartitionOffset(partition, record.Result.Offset + 1, record.Result.LeaderEpoch);
                if (!_assigned.IfHeld(partition, record.Assignment, () => _store(next)))
                {
                    LogGone(_function, partition.Partition.Value, next.Offset.Value);
                }
            }
            catch (KafkaException e)
            {
                LogNotStored(_function, partition.Partition.Value, e.Error.Reason);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function} failed on a batch of {Count} records, attempt {Attempt}; it is delivered again")]
    private partial void LogRetry(Exception failure, string function, int count, int attempt);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed on a batch of {Count} records, attempt {Attempt}, and the batch is passed over and lost, because {Option} in host.json")]
    private partial void LogPassedOver(Exception failure, string function, int count, int attempt, string option);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Function}: partition {Partition} went to another member during the batch; offset {Offset} is not stored, and the other member reads its records again")]
    private partial void LogGone(string function, int partition, long offset);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function}: the offset of partition {Partition} could not be stored ({Reason}); its records come again")]
    private partial void LogNotStored(string function, int partition, string reason);
}
