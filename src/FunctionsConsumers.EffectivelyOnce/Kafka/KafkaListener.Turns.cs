using Confluent.Kafka;

namespace FunctionsConsumers.EffectivelyOnce.Kafka;

/// <content>What the listener's thread does turn by turn: read a record, let a batch go, wait for one.</content>
internal sealed partial class KafkaListener
{
    /// <summary>One turn: a batch on its way if one is due and none is in flight, else one more record.</summary>
    private void Step(IConsumer<byte[], byte[]> consumer)
    {
        if (_inFlight is { IsCompleted: true })
        {
            _inFlight = null;
        }

        if (_inFlight is null && _window.IsDue)
        {
            var batch = _window.Take();
            _inFlight = Task.Run(() => _delivery.DeliverAsync(batch, _cancelBatch.Token));
        }
        else if (_inFlight is not null && _window.IsFull)
        {
            WaitForBatch(consumer);
        }
        else
        {
            Resume(consumer);
            var left = _window.TimeLeft;
            Read(consumer, left == TimeSpan.Zero ? _options.WhileRunning : left < LongestPoll ? left : LongestPoll);
        }
    }

    private void WaitForBatch(IConsumer<byte[], byte[]> consumer)
    {
        if (!_paused)
        {
            if (Task.WaitAny([_inFlight!, _stopAsked.Task], PatienceBeforePause) >= 0)
            {
                return;
            }

            consumer.Pause(consumer.Assignment);
            _paused = true;
        }

        Read(consumer, LongestPoll);
    }

    private void Resume(IConsumer<byte[], byte[]> consumer)
    {
        if (_paused)
        {
            consumer.Resume(consumer.Assignment);
            _paused = false;
        }
    }

    /// <summary>Waits for one record, and meanwhile serves rebalances, which call the handlers below on this thread.</summary>
    private void Read(IConsumer<byte[], byte[]> consumer, TimeSpan wait)
    {
        try
        {
            // The consumer counts in whole milliseconds, and 0 would not wait at all.
            var result = consumer.Consume((int)Math.Ceiling(wait.TotalMilliseconds));
            if (result is { IsPartitionEOF: false } && PartitionOf(result) is var partition
                && _assigned.AssignmentOf(partition) is { } assignment)
            {
                _window.Add(ReadRecord.Of(result, partition, assignment));
            }
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            if (e.Error.Code == ErrorCode.UnknownTopicOrPart)
            {
                // The client looks for it again with each refresh of its picture of the cluster, and tells once.
                var topics = string.Join(", ", _options.Topics);
                LogNoTopic(_options.Name, _options.Consumer.BootstrapServers, topics, e.Error.Reason);
            }
            else
            {
                _watch.Report(_options.Name, e.Error);
            }

            _stopAsked.Task.Wait(LongestPoll);
        }
    }

    // Records come in runs of one partition.
    private TopicPartition PartitionOf(ConsumeResult<byte[], byte[]> result)
    {
        if (_last is null || _last.Partition != result.Partition || !string.Equals(_last.Topic, result.Topic, StringComparison.Ordinal))
        {
            _last = result.TopicPartition;
        }

        return _last;
    }

    /// <summary>
    /// The batch in flight ends by itself or is cancelled. The member stays in the group until then, and what it still reads is
    /// let go.
    /// </summary>
    private void Drain(IConsumer<byte[], byte[]> consumer)
    {
        _window.Drop(_ => true);
        if (_inFlight is { IsCompleted: false })
        {
            consumer.Pause(consumer.Assignment);
            while (!_inFlight.Wait(_options.WhileRunning))
            {
                Read(consumer, TimeSpan.FromMilliseconds(1));
            }
        }

        _inFlight = null;
        _window.Drop(_ => true);
    }
}
