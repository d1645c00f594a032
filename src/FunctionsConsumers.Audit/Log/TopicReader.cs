using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace FunctionsConsumers.Audit.Log;

/// <summary>
/// Reads topics read_committed, between offsets, without joining a group and without committing. Every failure is one
/// line: the client's own log is kept, and only its last error is told.
/// </summary>
internal sealed class TopicReader : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly string _brokers;
    private readonly Action<string>? _before;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;

    // Kept, since letting go of it takes a tenth of a second.
    private readonly IAdminClient _admin;
    private string? _lastError;

    /// <summary>Makes the reader; it connects at the first question.</summary>
    /// <param name="kafka">The broker, and how to log in.</param>
    /// <param name="before">Asked with the topic's name before the broker is: may say in its own words why nobody is let in.</param>
    public TopicReader(ClientConfig kafka, Action<string>? before = null)
    {
        _brokers = kafka.BootstrapServers;
        _before = before;
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig(kafka.ToDictionary())
        {
            GroupId = "fc-reader",
            ClientId = "fc",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AllowAutoCreateTopics = false,

            // Offsets that are gone are an error here, never a silent jump.
            AutoOffsetReset = AutoOffsetReset.Error,
            QueuedMaxMessagesKbytes = 16 * 1024,
            FetchWaitMaxMs = 50,
        })
            .SetErrorHandler((_, error) => _lastError = error.Reason)
            .SetLogHandler((_, _) => { })
            .Build();
        _admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
    }

    /// <summary>The offsets that the log holds now, up to the last committed transaction.</summary>
    /// <param name="topic">The topic.</param>
    /// <returns>Start and end by partition; null where there is no such topic.</returns>
    /// <exception cref="AuditException">The broker does not answer.</exception>
    public IReadOnlyList<PartitionOffsets>? FindOffsets(string topic) => Ask(() =>
    {
        // The consumer would tell of a refused login only while it reads.
        _before?.Invoke(topic);
        var found = _admin.GetMetadata(topic, Patience).Topics.Find(candidate => candidate.Topic == topic);
        if (found is null || found.Error.IsError || found.Partitions.Count == 0)
        {
            return null;
        }

        List<int> partitions = [.. found.Partitions.Select(partition => partition.PartitionId).Order()];
        var offsets = Task.WhenAll(
            OffsetsAsync(topic, partitions, OffsetSpec.Earliest()), OffsetsAsync(topic, partitions, OffsetSpec.Latest()))
            .GetAwaiter().GetResult();
        return (IReadOnlyList<PartitionOffsets>)partitions.ConvertAll(
            partition => new PartitionOffsets(partition, offsets[0][partition], offsets[1][partition]));
    });

    // One question for all partitions: asked one by one, each waits for two answers.
    private async Task<Dictionary<int, long>> OffsetsAsync(string topic, IEnumerable<int> partitions, OffsetSpec which)
    {
        var answer = await _admin.ListOffsetsAsync(
            partitions.Select(partition => new TopicPartitionOffsetSpec
            {
                TopicPartition = new TopicPartition(topic, partition), OffsetSpec = which,
            }),
            new ListOffsetsOptions { RequestTimeout = Patience, IsolationLevel = IsolationLevel.ReadCommitted });
        return answer.ResultInfos.ToDictionary(
            found => found.TopicPartitionOffsetError.Partition.Value, found => found.TopicPartitionOffsetError.Offset.Value);
    }

    /// <summary>The offsets that the log of a topic that must be there holds now.</summary>
    /// <param name="topic">The topic.</param>
    /// <returns>Start and end by partition.</returns>
    /// <exception cref="AuditException">The broker does not answer, or there is no such topic.</exception>
    public IReadOnlyList<PartitionOffsets> Offsets(string topic) => FindOffsets(topic)
        ?? throw new AuditException($"Kafka at {_brokers} has no topic {topic}: start ./run, which makes it, or name another topic");

    /// <summary>Reads every record between offsets.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="ranges">The first offset of each partition, and one above the last.</param>
    /// <param name="take">Takes each record; in order within a partition.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="AuditException">The broker does not answer, or dropped offsets before they were read.</exception>
    public void Read(string topic, IReadOnlyList<PartitionOffsets> ranges, Action<ConsumeResult<byte[]?, byte[]?>> take,
        CancellationToken cancellationToken)
    {
        var ends = ranges.Where(range => range.Start < range.End).ToDictionary(range => range.Partition, range => range.End);
        _consumer.Assign(
            ranges.Where(range => range.Start < range.End).Select(range => new TopicPartitionOffset(topic, range.Partition, range.Start)));
        try
        {
            var lastHeard = Environment.TickCount64;
            while (ends.Count > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (_consumer.Consume(TimeSpan.FromMilliseconds(200)) is not { } result)
                {
                    if (Environment.TickCount64 - lastHeard > Silence.TotalMilliseconds)
                    {
                        throw NoAnswer(null);
                    }

                    continue;
                }

                lastHeard = Environment.TickCount64;
                if (!ends.TryGetValue(result.Partition.Value, out var end))
                {
                    continue;
                }

                if (!result.IsPartitionEOF && result.Offset < end)
                {
                    take(result);
                }

                // The end of the log counts too: what follows the last record may be control records, which nobody sees.
                if (result.IsPartitionEOF ? result.Offset >= end : result.Offset >= end - 1)
                {
                    ends.Remove(result.Partition.Value);
                    _consumer.Pause([result.TopicPartition]);
                }
            }
        }
        catch (ConsumeException e) when (e.Error.Code is ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange)
        {
            throw new AuditException(
                $"{topic}: the broker dropped records while they were read, which can therefore not be told of: {e.Error.Reason}", e);
        }
        catch (KafkaException e)
        {
            throw NoAnswer(e);
        }
        finally
        {
            _consumer.Unassign();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _admin.Dispose();
        _consumer.Close();
        _consumer.Dispose();
    }

    private T Ask<T>(Func<T> question)
    {
        try
        {
            return question();
        }
        catch (KafkaException e)
        {
            throw NoAnswer(e);
        }
    }

    private AuditException NoAnswer(KafkaException? e) => new(
        string.Create(CultureInfo.InvariantCulture,
        $"Kafka at {_brokers} does not answer ({_lastError ?? e?.Error.Reason ?? "silence"}): start it, or name another with --brokers "
        + $"(setting KafkaBrokers)"), e);
}

/// <summary>The offsets of a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Start">The first offset.</param>
/// <param name="End">One above the last offset.</param>
internal readonly record struct PartitionOffsets(int Partition, long Start, long End);
