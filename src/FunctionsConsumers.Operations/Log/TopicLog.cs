using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Operations.Log;

/// <summary>
/// Looks at topics and at committed offsets beside the consumers: read_committed, between offsets, without joining a group
/// and without committing. Several callers may ask at once; the clients stay connected between questions.
/// </summary>
/// <param name="services">Where the broker is.</param>
public sealed class TopicLog(OperatedServices services) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly ConcurrentBag<Client> _idle = [];
    private readonly ConcurrentDictionary<string, ConcurrentBag<Client>> _idleOfGroups = new(StringComparer.Ordinal);

    /// <summary>What the log of a topic holds now, up to the last committed transaction.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Each partition's offsets; null where there is no such topic.</returns>
    /// <exception cref="OperationException">The broker does not answer.</exception>
    public Task<IReadOnlyList<PartitionRange>?> FindAsync(string topic, CancellationToken cancellationToken) =>
        AskAsync(_idle, null, client =>
    {
        // The consumer would tell of a refused login only while it reads.
        services.BeforeAsking?.Invoke(topic);
        using var admin = new DependentAdminClientBuilder(client.Consumer.Handle).Build();
        var found = admin.GetMetadata(topic, Patience).Topics.Find(candidate => candidate.Topic == topic);
        if (found is null || found.Error.IsError || found.Partitions.Count == 0)
        {
            return null;
        }

        return (IReadOnlyList<PartitionRange>)[.. found.Partitions.Select(partition => partition.PartitionId).Order().Select(partition =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            var offsets = client.Consumer.QueryWatermarkOffsets(new TopicPartition(topic, partition), Patience);
            return new PartitionRange(partition, offsets.Low.Value, offsets.High.Value);
        })];
    }, cancellationToken);

    /// <summary>What the log of a topic that must be there holds now.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Each partition's offsets.</returns>
    /// <exception cref="OperationException">The broker does not answer, or there is no such topic.</exception>
    public async Task<IReadOnlyList<PartitionRange>> RangesAsync(string topic, CancellationToken cancellationToken) =>
        await FindAsync(topic, cancellationToken)
        ?? throw new OperationException(
            $"Kafka at {services.Kafka.Brokers} has no topic {topic}: start ./run, which makes it, or name another topic");

    /// <summary>The committed offsets of a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="partitions">The partitions.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The offsets by partition; absent where the group never committed.</returns>
    /// <exception cref="OperationException">The broker does not answer.</exception>
    public Task<IReadOnlyDictionary<int, long>> CommittedAsync(
        string group, string topic, IEnumerable<int> partitions, CancellationToken cancellationToken) =>
        AskAsync(_idleOfGroups.GetOrAdd(group, static _ => []), group, client => (IReadOnlyDictionary<int, long>)client.Consumer
            .Committed([.. partitions.Select(partition => new TopicPartition(topic, partition))], Patience)
            .Where(offset => offset.Offset.Value >= 0)
            .ToDictionary(offset => offset.Partition.Value, offset => offset.Offset.Value), cancellationToken);

    /// <summary>Reads every record between offsets.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="ranges">What to read of each partition.</param>
    /// <param name="take">Takes each record; in order within a partition.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>When all is read.</returns>
    /// <exception cref="OperationException">The broker does not answer, or dropped offsets before they were read.</exception>
    public Task ReadAsync(
        string topic, IEnumerable<PartitionRange> ranges, Action<ConsumedRecord> take, CancellationToken cancellationToken)
    {
        List<PartitionRange> wanted = [.. ranges.Where(range => range.Length > 0)];
        return wanted.Count == 0 ? Task.CompletedTask : AskAsync(_idle, null, client =>
        {
            Read(client, topic, wanted, record =>
            {
                take(record);
                return true;
            }, cancellationToken);
            return true;
        }, cancellationToken);
    }

    /// <summary>The first offset in each partition whose record is not older than a time.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="ranges">What its log holds.</param>
    /// <param name="time">The time.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>The offsets by partition; the partition's end where every record is older.</returns>
    /// <exception cref="OperationException">The broker does not answer.</exception>
    public Task<IReadOnlyDictionary<int, long>> OffsetsAtAsync(
        string topic, IReadOnlyList<PartitionRange> ranges, DateTimeOffset time,
        CancellationToken cancellationToken) => AskAsync(_idle, null, client =>
    {
        var told = client.Consumer
            .OffsetsForTimes(
                ranges.Select(range => new TopicPartitionTimestamp(topic, range.Partition, new Timestamp(time.UtcDateTime))), Patience)
            .ToDictionary(offset => offset.Partition.Value, offset => offset.Offset.Value);
        var offsets = new Dictionary<int, long>();
        foreach (var range in ranges)
        {
            // The embedded cluster answers every question about a time with the end: there the records themselves are asked.
            offsets[range.Partition] = told.TryGetValue(range.Partition, out var offset) && offset >= 0 && offset < range.End
                ? Math.Max(offset, range.Start)
                : range.Length == 0 || LastIsOlder(client, topic, range, time, cancellationToken)
                    ? range.End
                    : FirstNotOlder(client, topic, range, time, cancellationToken);
        }

        return (IReadOnlyDictionary<int, long>)offsets;
    }, cancellationToken);

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var client in _idleOfGroups.Values.Append(_idle).SelectMany(idle => idle))
        {
            client.Consumer.Dispose();
        }
    }

    private bool LastIsOlder(Client client, string topic, PartitionRange range, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var isOlder = true;
        Read(client, topic, [range with { Start = range.End - 1 }], record =>
        {
            isOlder = record.Timestamp < time;
            return false;
        }, cancellationToken);
        return isOlder;
    }

    private long FirstNotOlder(Client client, string topic, PartitionRange range, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var first = range.End;
        Read(client, topic, [range], record =>
        {
            first = record.Timestamp >= time ? record.Coordinates.Offset : first;
            return first == range.End;
        }, cancellationToken);
        return first;
    }

    // The taker says whether it wants more.
    private void Read(Client client, string topic, IReadOnlyList<PartitionRange> ranges, Func<ConsumedRecord, bool> take,
        CancellationToken cancellationToken)
    {
        var ends = ranges.ToDictionary(range => range.Partition, range => range.End);
        client.Consumer.Assign(ranges.Select(range => new TopicPartitionOffset(topic, range.Partition, range.Start)));
        try
        {
            var heardAt = services.Time.GetTimestamp();
            while (ends.Count > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (client.Consumer.Consume(TimeSpan.FromMilliseconds(200)) is not { } result)
                {
                    if (services.Time.GetElapsedTime(heardAt) > Silence)
                    {
                        throw NoAnswer(client, null);
                    }

                    continue;
                }

                heardAt = services.Time.GetTimestamp();
                if (!ends.TryGetValue(result.Partition.Value, out var end))
                {
                    continue;
                }

                if (!result.IsPartitionEOF && result.Offset < end && !take(result.ToConsumedRecord()))
                {
                    return;
                }

                // The end of the log counts too: what follows the last record may be control records, which nobody sees.
                if (result.IsPartitionEOF ? result.Offset >= end : result.Offset >= end - 1)
                {
                    ends.Remove(result.Partition.Value);
                    client.Consumer.Pause([result.TopicPartition]);
                }
            }
        }
        catch (ConsumeException e) when (e.Error.Code is ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange)
        {
            throw new OperationException($"{topic}: the broker dropped records while they were read ({e.Error.Reason}): ask again", e);
        }
        finally
        {
            // A pause outlasts the assignment: the next reading of the partition by this client would hear nothing.
            client.Consumer.Resume(ranges.Select(range => new TopicPartition(topic, range.Partition)));
            client.Consumer.Unassign();
        }
    }

    // A client is lent to one caller at a time. One that met an error is not lent again.
    private Task<T> AskAsync<T>(ConcurrentBag<Client> idle, string? group, Func<Client, T> ask, CancellationToken cancellationToken) =>
        Task.Run(() =>
    {
        var client = idle.TryTake(out var known) ? known : Connect(group);
        try
        {
            var answer = ask(client);
            idle.Add(client);
            return answer;
        }
        catch (Exception failure)
        {
            client.Consumer.Dispose();
            if (failure is KafkaException kafka)
            {
                throw NoAnswer(client, kafka);
            }

            throw;
        }
    }, cancellationToken);

    private Client Connect(string? group)
    {
        var client = new Client();
        client.Consumer = new ConsumerBuilder<byte[], byte[]>(services.Kafka.Apply(new ConsumerConfig
        {
            GroupId = group ?? "functions-consumers-operations",
            ClientId = "functions-consumers-operations",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            AllowAutoCreateTopics = false,
            IsolationLevel = IsolationLevel.ReadCommitted,

            // Offsets that are gone are an error here, never a silent jump.
            AutoOffsetReset = AutoOffsetReset.Error,
            QueuedMaxMessagesKbytes = 16 * 1024,
            FetchWaitMaxMs = 50,
        }))
            .SetErrorHandler((_, error) => client.LastError = error.Reason)
            .SetLogHandler((_, _) => { })
            .Build();
        return client;
    }

    private OperationException NoAnswer(Client client, KafkaException? failure) => new(
        string.Create(CultureInfo.InvariantCulture,
            $"Kafka at {services.Kafka.Brokers} does not answer ({client.LastError ?? failure?.Error.Reason ?? "silence"}): start it, "
                + $"or name another with --brokers (setting KafkaBrokers)"),
        failure);

    private sealed class Client
    {
        public IConsumer<byte[], byte[]> Consumer { get; set; } = null!;

        public string? LastError { get; set; }
    }
}
