using Confluent.Kafka;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Lab.Services;
using FunctionsConsumers.LocalHost.Connections;

namespace FunctionsConsumers.Cli.Tail;

/// <summary>
/// Reads a topic as it grows. In a named group it joins and commits what was handed on; without one it takes all
/// partitions for itself under a fresh group id, and commits nothing.
/// </summary>
/// <param name="target">The broker.</param>
/// <param name="topic">The topic.</param>
/// <param name="group">The group; null for a fresh one.</param>
/// <param name="fromBeginning">Whether to begin with the oldest record where no committed offset says otherwise.</param>
internal sealed class TopicTail(Target target, string topic, string? group, bool fromBeginning)
{
    private readonly KafkaConnection _kafka = target.Kafka();
    private string? _lastError;

    /// <summary>Reads until it is stopped or has handed on enough.</summary>
    /// <param name="say">Takes a line when reading begins.</param>
    /// <param name="take">Takes each record.</param>
    /// <param name="most">How many records at most.</param>
    /// <param name="stop">Ends the reading, cleanly.</param>
    /// <exception cref="CommandException">The broker does not answer, or there is no such topic.</exception>
    public void Run(Action<string> say, Action<ConsumeResult<byte[]?, byte[]?>> take, long most, CancellationToken stop)
    {
        IReadOnlyList<PartitionOffsets> offsets;
        using (var reader = target.OpenTopics())
        {
            offsets = reader.Offsets(topic);
        }

        using var consumer = Build();
        if (group is null)
        {
            consumer.Assign(offsets.Select(partition => new TopicPartitionOffset(topic, partition.Partition, fromBeginning ? partition.Start : partition.End)));
        }
        else
        {
            consumer.Subscribe(topic);
        }

        say($"Reading {topic} at {_kafka.Brokers}; Ctrl-C stops");
        try
        {
            for (long taken = 0; taken < most && !stop.IsCancellationRequested;)
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is not { } record)
                {
                    continue;
                }

                take(record);
                taken++;
                if (group is not null)
                {
                    consumer.StoreOffset(record);
                }
            }
        }
        catch (KafkaException e)
        {
            throw new CommandException($"{topic} at {_kafka.Brokers} cannot be read on ({_lastError ?? e.Error.Reason}): check --brokers (setting KafkaBrokers) and --group", e);
        }
        finally
        {
            // Leaves the group, and commits what was stored.
            consumer.Close();
        }
    }

    private IConsumer<byte[]?, byte[]?> Build() =>
        new ConsumerBuilder<byte[]?, byte[]?>(_kafka.Apply(new ConsumerConfig
        {
            GroupId = group ?? "fc-tail-" + Guid.NewGuid().ToString("N"),
            ClientId = "fc-tail",
            EnableAutoCommit = group is not null,
            EnableAutoOffsetStore = false,
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
