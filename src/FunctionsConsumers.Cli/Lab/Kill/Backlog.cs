using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Cli.Connections;
using FunctionsConsumers.Cli.Kafka;
using FunctionsConsumers.LocalHost;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Cli.Lab.Kill;

/// <summary>What the groups have handled since the start and what they have still to handle, by their committed offsets alone.</summary>
/// <param name="target">The broker and the topic.</param>
internal sealed class Backlog(Target target) : IDisposable
{
    private readonly TopicReader _reader = new(target.Kafka());
    private readonly GroupOffsets _offsets = new(target.Kafka());
    private long _handled;

    /// <summary>The end of each partition when the backlog was opened.</summary>
    public IReadOnlyDictionary<int, long> Start { get; private set; } = new Dictionary<int, long>();

    /// <summary>How many partitions the topic has.</summary>
    public int Partitions => Start.Count;

    /// <summary>Notes where the topic ends, from where on all is counted.</summary>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <returns>Whether the topic is there.</returns>
    public async Task<bool> OpenAsync(CancellationToken cancellationToken)
    {
        var found = await Task.Run(() => _reader.FindOffsets(target.Topic), cancellationToken);
        Start = found?.ToDictionary(partition => partition.Partition, partition => partition.End) ?? [];
        return found is not null;
    }

    /// <summary>The records handled by all groups together; where the broker does not answer, as it was known last.</summary>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <returns>The number.</returns>
    public Task<long> HandledAsync(CancellationToken cancellationToken) => Task.Run(() =>
    {
        try
        {
            // Groups alone commit offsets; what one of them had committed before the start does not count.
            _handled = Groups.All.Sum(group => _offsets.Committed(group, target.Topic, Start.Keys).Sum(partition => Math.Max(0, partition.Value - Start[partition.Key])));
        }
        catch (CommandException)
        {
            // The broker is being restarted, or its coordinator is not back yet; whoever waits for it has a limit.
        }

        return _handled;
    }, cancellationToken);

    /// <summary>The records that some members have still to handle.</summary>
    /// <param name="members">The members.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <returns>The number, over all their groups.</returns>
    public Task<long> PendingAsync(IReadOnlyList<HostMember> members, CancellationToken cancellationToken) => Task.Run(() =>
    {
        var ends = _reader.Offsets(target.Topic).ToDictionary(partition => partition.Partition, partition => partition.End);
        return members.Where(member => member.Partitions.Count > 0).Sum(member =>
        {
            var committed = _offsets.Committed(member.Group, target.Topic, member.Partitions);
            return member.Partitions.Sum(partition => Math.Max(0, ends.GetValueOrDefault(partition) - Math.Max(Start.GetValueOrDefault(partition), committed.GetValueOrDefault(partition))));
        });
    }, cancellationToken);

    /// <inheritdoc />
    public void Dispose()
    {
        _offsets.Dispose();
        _reader.Dispose();
    }
}
