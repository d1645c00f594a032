using System.Diagnostics;
using FunctionsConsumers.Audit;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Sessions;
using FunctionsConsumers.Audit.Tables;
using FunctionsConsumers.Lab.Services;
using FunctionsConsumers.Lab.Traffic;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.LocalHost.Sessions;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Lab.Proving;

/// <summary>
/// Proves that running functions handle each order once: produces a plan's traffic, measures until every group has settled it, and
/// audits from where the log ended before. Its steps are called in the order in which they stand here. <paramref name="rate" /> is
/// null for as many as possible.
/// </summary>
internal sealed class ProvingRun(RunSession session, TrafficPlan plan, long? rate, TimeSpan wait) : IDisposable
{
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan JoinTimeout = TimeSpan.FromSeconds(60);

    private readonly string _topic = session.Target.Topic;
    private readonly TopicReader _reader = session.Target.OpenTopics();
    private readonly GroupOffsets _offsets = session.Target.OpenOffsets();
    private readonly TableReader _tables = new(session.Target.Tables().Clients);
    private readonly Stopwatch _clock = new();
    private IReadOnlyList<PartitionOffsets> _before = [];
    private IReadOnlyList<PartitionOffsets> _ends = [];
    private TimeSpan _produced;
    private TimeSpan _handled;
    private TimeSpan _sent;

    /// <summary>Offsets to handle, over all groups; known when the traffic is produced.</summary>
    public long Total => Groups.All.Count * (_ends.Sum(end => end.End) - _before.Sum(partition => partition.End));

    /// <summary>Waits until the functions have joined their groups: the throughput is that of the groups, not of their joining.</summary>
    /// <exception cref="LabException">An embedded service died.</exception>
    public async Task JoinAsync(CancellationToken stop)
    {
        _before = await Task.Run(() => _reader.Offsets(_topic), stop);
        await UntilAsync(() => Task.FromResult(HasJoined()), BetweenQuestions, JoinTimeout, stop);
    }

    /// <summary>Produces the traffic.</summary>
    /// <exception cref="LabException">The broker did not take every record.</exception>
    public async Task<ProducedTraffic> ProduceAsync(Action<long> report, CancellationToken stop)
    {
        _clock.Start();
        var produced = await TrafficProducer.ProduceAsync(session.Target.Kafka(), _topic, plan, rate, report, stop);
        stop.ThrowIfCancellationRequested();
        if (produced.Failed > 0)
        {
            throw new LabException(
                $"{produced.Failed} records were not taken by Kafka at {session.Target.Kafka().Brokers}: {produced.Failure}");
        }

        _produced = produced.Time;
        _ends = await Task.Run(() => _reader.Offsets(_topic), stop);
        return produced;
    }

    /// <summary>Waits until every group has committed what was produced. False when the time is over.</summary>
    /// <exception cref="LabException">An embedded service died.</exception>
    public async Task<bool> HandleAsync(Action<long> report, CancellationToken stop)
    {
        var isAtEnd = await UntilAsync(() => Task.Run(() => IsAtEnd(report)), BetweenQuestions, wait, stop);
        _handled = _clock.Elapsed;
        return isAtEnd;
    }

    /// <summary>
    /// Waits until mails and dead letters have left: the outbox is asked about less often than it is worked on. False when the time
    /// is over.
    /// </summary>
    /// <exception cref="LabException">An embedded service died.</exception>
    public async Task<bool> EmptyOutboxAsync(CancellationToken stop)
    {
        var isEmpty = await UntilAsync(() => IsOutboxEmptyAsync(stop), BetweenLooks, wait - (_handled - _produced), stop);
        _sent = _clock.Elapsed;
        return isEmpty;
    }

    /// <summary>Audits what became of each record. After the waits before, the audit only has to look.</summary>
    public Task<AuditOutcome> AuditAsync(CancellationToken stop) =>
        new AuditSession(session.Target.Audited(), Groups.All)
            .RunAsync(_before.ToDictionary(partition => partition.Partition, partition => partition.End), TimeSpan.Zero, stop);

    /// <summary>Puts together what was audited and measured.</summary>
    public RunReport Report(AuditReport audit)
    {
        using var process = Process.GetCurrentProcess();
        return new RunReport(
            audit.Topic, audit.Records, audit.DistinctOrders, audit.Poison, audit.Unaudited, audit.Findings, audit.Groups, audit.Verdict,
            audit.Ok,
            plan.Seed, Math.Round(_handled.TotalSeconds, 3), Math.Round(_sent.TotalSeconds, 3),
            Math.Round(audit.DistinctOrders / _handled.TotalSeconds, 1), process.PeakWorkingSet64);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _reader.Dispose();
        _offsets.Dispose();
    }

    private bool HasJoined()
    {
        var own = HostReport.All().FirstOrDefault(report => report.Pid == Environment.ProcessId);
        return own is not null
            && own.Members.Count == session.Functions.Count(function => function.Group is not null)
            && own.Members.All(member => member.Id.Length > 0 && member.Partitions.Count > 0);
    }

    private bool IsAtEnd(Action<long> report)
    {
        var start = _before.ToDictionary(partition => partition.Partition, partition => partition.End);
        long done = 0;
        foreach (var group in Groups.All)
        {
            var committed = _offsets.Committed(group, _topic, _ends.Select(end => end.Partition));
            foreach (var end in _ends)
            {
                var first = start.GetValueOrDefault(end.Partition);
                done += Math.Clamp(committed.GetValueOrDefault(end.Partition) - first, 0, end.End - first);
            }
        }

        report(done);
        return done >= Total;
    }

    private async Task<bool> IsOutboxEmptyAsync(CancellationToken stop)
    {
        foreach (var group in Groups.All)
        {
            if (await _tables.HasOutboxAsync(group, stop))
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> UntilAsync(Func<Task<bool>> isGood, TimeSpan between, TimeSpan patience, CancellationToken stop)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await isGood())
        {
            if (session.Failure.IsCompleted)
            {
                throw new LabException(await session.Failure);
            }

            if (Stopwatch.GetElapsedTime(since) >= patience)
            {
                return false;
            }

            await Task.Delay(between, stop);
        }

        return true;
    }
}
