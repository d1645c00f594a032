using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce.Outages;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Kafka;

/// <summary>
/// Delivers one batch, again and again until it succeeds or the options say to pass it over, and stores the offsets
/// behind it only then. An offset that cannot be stored, because its partition has gone, does not keep the others of the
/// batch from being stored. Records of partitions that have gone are left out of the next attempt. A failure is reported once
/// for its cause, and the success after it with the number of attempts.
/// </summary>
internal sealed partial class BatchDelivery
{
    /// <summary>Without a wait, a handler that fails at once would keep a core busy.</summary>
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly string _name;
    private readonly PassOver? _passOver;
    private readonly BatchHandler _handle;
    private readonly AssignedPartitions _assigned;
    private readonly Action<TopicPartitionOffset> _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public BatchDelivery(
        string name,
        PassOver? passOver,
        BatchHandler handle,
        AssignedPartitions assigned,
        Action<TopicPartitionOffset> store,
        TimeProvider time,
        ILogger logger)
    {
        _name = name;
        _passOver = passOver;
        _handle = handle;
        _assigned = assigned;
        _store = store;
        _time = time;
        _logger = logger;
    }

    /// <summary>Delivers a batch. Never throws; a cancelled batch has stored nothing and is read again by whoever comes next.</summary>
    public async Task DeliverAsync(ReadRecord[] batch, CancellationToken cancellationToken)
    {
        string? reported = null;
        for (var attempt = 1; batch.Length > 0 && !cancellationToken.IsCancellationRequested; attempt++)
        {
            if (await AttemptAsync(batch, cancellationToken).ConfigureAwait(false) is not { } failure)
            {
                Store(batch);
                if (attempt > 1)
                {
                    LogHandled(_name, batch.Length, attempt);
                }

                return;
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            if (_passOver is { } passOver && attempt >= passOver.AfterAttempts)
            {
                LogPassedOver(failure, _name, batch.Length, attempt, passOver.Because);
                Store(batch);
                return;
            }

            if (!string.Equals(failure.Message, reported, StringComparison.Ordinal))
            {
                reported = failure.Message;
                LogRetry(failure, _name, batch.Length, attempt);
            }

            await Pause.ForAsync(BackOff.After(attempt, FirstWait, LongestWait), _time, cancellationToken).ConfigureAwait(false);
            batch = Array.FindAll(batch, IsStillOurs);
        }
    }

    /// <summary>One call of the handler; its failure, or null.</summary>
    private async Task<Exception?> AttemptAsync(ReadRecord[] batch, CancellationToken cancellationToken)
    {
        try
        {
            await _handle(Array.ConvertAll(batch, record => record.Record), cancellationToken).ConfigureAwait(false);
            return null;
        }
#pragma warning disable CA1031 // Whatever a handler throws, the batch is delivered again: that is the contract.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e;
        }
    }

    private bool IsStillOurs(ReadRecord record) => _assigned.AssignmentOf(record.Partition) == record.Assignment;

    /// <summary>Stores, for each partition, the offset behind its last record in the batch.</summary>
    private void Store(ReadRecord[] batch)
    {
        var last = new Dictionary<TopicPartition, ReadRecord>();
        for (var i = 0; i < batch.Length; i++)
        {
            // Of a run of one partition only the last one.
            if (i == batch.Length - 1 || !ReferenceEquals(batch[i].Partition, batch[i + 1].Partition))
            {
                last[batch[i].Partition] = batch[i];
            }
        }

        foreach (var (partition, record) in last)
        {
            try
            {
                if (!_assigned.IfHeld(partition, record.Assignment, () => _store(record.Next)))
                {
                    LogGone(_name, partition.Topic, partition.Partition.Value, record.Next.Offset.Value);
                }
            }
            catch (KafkaException e)
            {
                LogNotStored(_name, partition.Topic, partition.Partition.Value, e.Error.Reason);
            }
        }
    }

    [LoggerMessage(90, LogLevel.Warning, "{Name} failed on a batch of {Count} records, attempt {Attempt}; it is delivered again")]
    private partial void LogRetry(Exception failure, string name, int count, int attempt);

    [LoggerMessage(89, LogLevel.Information, "{Name}: the batch of {Count} records that had failed is handled, at attempt {Attempt}")]
    private partial void LogHandled(string name, int count, int attempt);

    [LoggerMessage(91, LogLevel.Error,
        "{Name} failed on a batch of {Count} records, attempt {Attempt}, and the batch is passed over and lost, because {Because}")]
    private partial void LogPassedOver(Exception failure, string name, int count, int attempt, string because);

    [LoggerMessage(92, LogLevel.Information,
        "{Name}: partition {Partition} of {Topic} went to another member during the batch; offset {Offset} is not stored, "
        + "and the other member reads its records again")]
    private partial void LogGone(string name, string topic, int partition, long offset);

    [LoggerMessage(93, LogLevel.Warning,
        "{Name}: the offset of partition {Partition} of {Topic} could not be stored ({Reason}); its records come again")]
    private partial void LogNotStored(string name, string topic, int partition, string reason);
}
