using System.Collections.Concurrent;
using Confluent.Kafka;

namespace FunctionsConsumers.Audit.Log;

/// <summary>
/// Asks for the committed offsets of consumer groups without joining them, which the embedded cluster answers as a real
/// broker does.
/// </summary>
/// <param name="kafka">The broker, and how to log in.</param>
internal sealed class GroupOffsets(ClientConfig kafka) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // A client needs half a second to find its group's coordinator, so the groups are asked side by side.
    private readonly ConcurrentDictionary<string, IConsumer<byte[], byte[]>> _clients = new(StringComparer.Ordinal);
    private string? _lastError;

    /// <summary>The committed offsets of a group. Several groups may be asked at once, each of them once at a time.</summary>
    /// <param name="group">The group.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="partitions">The partitions.</param>
    /// <returns>The offsets by partition; absent where the group never committed.</returns>
    /// <exception cref="AuditException">The broker does not answer.</exception>
    public IReadOnlyDictionary<int, long> Committed(string group, string topic, IEnumerable<int> partitions)
    {
        var client = _clients.GetOrAdd(group, Build);
        try
        {
            return client.Committed([.. partitions.Select(partition => new TopicPartition(topic, partition))], Patience)
                .Where(offset => offset.Offset.Value >= 0)
                .ToDictionary(offset => offset.Partition.Value, offset => offset.Offset.Value);
        }
        catch (KafkaException e)
        {
            throw new AuditException(
                $"Kafka at {kafka.BootstrapServers} does not tell the offsets of group {group} ({_lastError ?? e.Error.Reason}): check "
                + $"--brokers (setting KafkaBrokers)", e);
        }
    }

    private IConsumer<byte[], byte[]> Build(string group) => new ConsumerBuilder<byte[], byte[]>(
        new ConsumerConfig(kafka.ToDictionary())
        {
            GroupId = group, ClientId = "fc", EnableAutoCommit = false, AllowAutoCreateTopics = false,
        })
        .SetErrorHandler((_, error) => _lastError = error.Reason)
        .SetLogHandler((_, _) => { })
        .Build();

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }
}
