using System.Diagnostics;
using FunctionsConsumers.Audit;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Lab.Services;
using FunctionsConsumers.LocalHost.Connections;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Lab.Kill;

/// <summary>What the groups have handled since the start and what they have still to handle, by their committed offsets alone.</summary>
internal sealed class Backlog(Target target) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(200);

    private readonly TopicReader _reader = target.OpenTopics();
    private readonly GroupOffsets _offsets = target.OpenOffsets();
    private long _handled;

    /// <summary>The end of each partition when the backlog was opened.</summary>
    public IReadOnlyDictionary<int, long> Start { get; private set; } = new Dictionary<int, long>();

    /// <summary>How many partitions the topic has.</summary>
    public int Partitions => Start.Count;

    /// <summary>
    /// Notes where the topic ends: records are counted from there. A topic that was made a moment ago may have no leader yet.
    /// </summary>
    public Task<bool> OpenAsync(CancellationToken cancellationToken) => Task.Run(() =>
    {
        try
        {
            var found = _reader.FindOffsets(target.Topic);
            Start = found?.ToDictionary(partition => partition.Partition, partition => partition.End) ?? [];
            return found is not null;
        }
        catch (AuditException)
        {
            // The caller limits how long it waits for the topic.
            return false;
        }
    }, cancellationToken);

    /// <summary>The records handled by all groups together; where the broker does not answer, as it was known last.</summary>
    public Task<long> HandledAsync(CancellationToken cancellationToken) => Task.Run(() =>
    {
        try
        {
            // Groups alone commit offsets; what one of them had committed before the start does not count.
            _handled = Groups.All.Sum(group => _offsets.Committed(group, target.Topic,
                Start.Keys).Sum(partition => Math.Max(0, partition.Value - Start[partition.Key])));
        }
        catch (AuditException)
        {
            // The broker is being restarted, or its coordinator is not back yet. The caller limits how long it waits.
        }

        return _handled;
    }, cancellationToken);

    /// <summary>The records that some members have still to handle.</summary>
    public Task<long> PendingAsync(IReadOnlyList<HostMember> members, CancellationToken cancellationToken) => Task.Run(() =>
    {
        var ends = Patiently(() => _reader.Offsets(target.Topic)).ToDictionary(
            partition => partition.Partition, partition => partition.End);
        return members.Where(member => member.Partitions.Count > 0).Sum(member =>
        {
            var committed = Patiently(() => _offsets.Committed(member.Group, target.Topic, member.Partitions));
            return member.Partitions.Sum(partition => Math.Max(0,
                ends.GetValueOrDefault(partition) - Math.Max(Start.GetValueOrDefault(partition), committed.GetValueOrDefault(partition))));
        });
    }, cancellationToken);

    /// <inheritdoc />
    public void Dispose()
    {
        _offsets.Dispose();
        _reader.Dispose();
    }

    // A broker that has just come back answers, and is for a moment no leader and no coordinator.
    private static T Patiently<T>(Func<T> question)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return question();
            }
            catch (AuditException) when (Stopwatch.GetElapsedTime(since) < Patience)
            {
                Thread.Sleep(BetweenQuestions);
            }
        }
    }
}
