using Confluent.Kafka;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Operations.Log;

namespace FunctionsConsumers.Cli.Tail;

/// <summary>
/// Reads a topic as it grows. In a named group it joins and commits what was handed on; without one it takes the partitions for
/// itself under a fresh group id, and commits nothing. <paramref name="group" /> is null for a fresh one.
/// </summary>
internal sealed class TopicTail(
    KafkaConnection kafka, string topic, string? group, bool fromBeginning, IReadOnlyList<PartitionRange> ranges, bool untilEnd)
{
    private string? _lastError;

    /// <summary>Reads until it is stopped, has handed on enough, or is at the end.</summary>
    /// <exception cref="CommandException">The broker does not answer.</exception>
    public void Run(Action<string> say, Predicate<ConsumeResult<byte[]?, byte[]?>> isWanted, Action<ConsumeResult<byte[]?, byte[]?>> take,
        long most, CancellationToken stop)
    {
        var ends = ranges.Where(range => range.Length > 0).ToDictionary(range => range.Partition, range => range.End);
        using var consumer = Build();
        if (group is null)
        {
            consumer.Assign(ranges.Select(range => new TopicPartitionOffset(topic, range.Partition, range.Start)));
        }
        else
        {
            consumer.Subscribe(topic);
        }

        say($"Reading {topic} at {kafka.Brokers}; Ctrl-C stops");
        try
        {
            for (long taken = 0; taken < most && !stop.IsCancellationRequested && !(untilEnd && ends.Count == 0);)
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is not { } result)
                {
                    continue;
                }

                // Behind the last record there may be control records, which nobody sees: the end of the log counts too.
                var end = ends.GetValueOrDefault(result.Partition.Value);
                if (!result.IsPartitionEOF && isWanted(result) && !(untilEnd && result.Offset >= end))
                {
                    take(result);
                    taken++;
                }

                if (result.IsPartitionEOF ? result.Offset >= end : result.Offset >= end - 1)
                {
                    ends.Remove(result.Partition.Value);
                }

                if (group is not null && !result.IsPartitionEOF)
                {
                    consumer.StoreOffset(result);
                }
            }
        }
        catch (KafkaException e)
        {
            throw new CommandException($"{topic} at {kafka.Brokers} cannot be read on ({_lastError ?? e.Error.Reason}): "
                + "check --brokers (setting KafkaBrokers) and --group", e);
        }
        finally
        {
            // Leaves the group, and commits what was stored.
            consumer.Close();
        }
    }

    private IConsumer<byte[]?, byte[]?> Build() =>
        new ConsumerBuilder<byte[]?, byte[]?>(kafka.Apply(new ConsumerConfig
        {
            GroupId = group ?? "fc-tail-" + Guid.NewGuid().ToString("N"),
            ClientId = "fc-tail",
            EnableAutoCommit = group is not null,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            AutoCommitIntervalMs = 200,
            AutoOffsetReset = fromBeginning ? AutoOffsetReset.Earliest : AutoOffsetReset.Latest,
            AllowAutoCreateTopics = false,
            SessionTimeoutMs = 6_000,
            QueuedMaxMessagesKbytes = 16 * 1024,
            FetchWaitMaxMs = 50,
        }))
            .SetErrorHandler((_, error) => _lastError = error.Reason)
            .SetLogHandler((_, _) => { })
            .Build();
}
