using System.Diagnostics;
using FunctionsConsumers.Audit;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Sessions;
using FunctionsConsumers.Audit.Tables;
using FunctionsConsumers.Cli.CommandLine;
using FunctionsConsumers.Cli.Traffic;
using FunctionsConsumers.Lab.Services;
using FunctionsConsumers.Lab.Traffic;
using FunctionsConsumers.LocalHost.Files;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Cli.Run;

/// <summary>Produces a plan's traffic into a running session, measures until every group has settled it, and audits from where the log ended before.</summary>
/// <param name="call">The call.</param>
/// <param name="session">The session.</param>
/// <param name="plan">The plan.</param>
/// <param name="rate">Records a second at most; null for as many as possible.</param>
/// <param name="wait">How long to wait after the last record was produced.</param>
internal sealed class ProvingRun(Invocation call, RunSession session, TrafficPlan plan, long? rate, TimeSpan wait)
{
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan JoinTimeout = TimeSpan.FromSeconds(60);

    private readonly string _topic = session.Target.Topic;

    /// <summary>Runs.</summary>
    /// <returns>The audit's outcome, and the report.</returns>
    /// <exception cref="CommandException">Broker or tables went away, records were not taken, or the run was stopped.</exception>
    public async Task<(AuditOutcome Outcome, RunReport Report)> RunAsync()
    {
        using var reader = session.Target.OpenTopics();
        using var offsets = session.Target.OpenOffsets();
        var tables = new TableReader(session.Target.Tables().Clients);
        var before = await Task.Run(() => reader.Offsets(_topic), call.Stop);

        // The throughput is that of the groups, not of their joining.
        await UntilAsync(() => Task.FromResult(HasJoined()), BetweenQuestions, JoinTimeout);

        var clock = Stopwatch.StartNew();
        var produced = await ProduceCommand.ProduceAsync(call, session.Target, plan, rate);
        call.Stop.ThrowIfCancellationRequested();
        if (produced.Failed > 0)
        {
            throw new CommandException($"{produced.Failed} records were not taken by Kafka at {session.Target.Kafka().Brokers}: {produced.Failure}");
        }

        var ends = await Task.Run(() => reader.Offsets(_topic), call.Stop);
        await call.Terminal.WithProgressAsync("Handling", Total(before, ends), report =>
            UntilAsync(() => Task.Run(() => IsAtEnd(offsets, before, ends, report)), BetweenQuestions, wait));
        var handled = clock.Elapsed;

        // Mails and dead letters leave behind the orders, from an outbox that is asked about more seldom than it is worked on.
        await call.Terminal.WithProgressAsync("Emptying the outbox", 0, _ =>
            UntilAsync(() => IsOutboxEmptyAsync(tables), BetweenLooks, wait - (handled - produced.Time)));
        var sent = clock.Elapsed;

        // Whoever waited this long has seen the groups at the end, or never will: the audit only has to look.
        var outcome = await call.Terminal.WithProgressAsync("Auditing", 0, _ =>
            new AuditSession(session.Target.Audited(), Groups.All).RunAsync(before.ToDictionary(partition => partition.Partition, partition => partition.End), TimeSpan.Zero, call.Stop));
        return (outcome, Report(outcome.Report, handled, sent));
    }

    private RunReport Report(AuditReport audit, TimeSpan handled, TimeSpan sent)
    {
        using var process = Process.GetCurrentProcess();
        return new RunReport(
            audit.Topic, audit.Records, audit.DistinctOrders, audit.Poison, audit.Unaudited, audit.Findings, audit.Groups, audit.Verdict, audit.Ok,
            plan.Seed, Math.Round(handled.TotalSeconds, 3), Math.Round(sent.TotalSeconds, 3), Math.Round(audit.DistinctOrders / handled.TotalSeconds, 1), process.PeakWorkingSet64);
    }

    private bool HasJoined()
    {
        var own = HostReport.All().FirstOrDefault(report => report.Pid == Environment.ProcessId);
        return own is not null && own.Members.Count == session.Functions.Count(function => function.Group is not null) && own.Members.All(member => member.Id.Length > 0 && member.Partitions.Count > 0);
    }

    private bool IsAtEnd(GroupOffsets offsets, IReadOnlyList<PartitionOffsets> before, IReadOnlyList<PartitionOffsets> ends, Action<long> report)
    {
        var start = before.ToDictionary(partition => partition.Partition, partition => partition.End);
        long done = 0;
        foreach (var group in Groups.All)
        {
            var committed = offsets.Committed(group, _topic, ends.Select(end => end.Partition));
            done += ends.Sum(end => Math.Clamp(committed.GetValueOrDefault(end.Partition) - start.GetValueOrDefault(end.Partition), 0, end.End - start.GetValueOrDefault(end.Partition)));
        }

        report(done);
        return done >= Total(before, ends);
    }

    private static long Total(IReadOnlyList<PartitionOffsets> before, IReadOnlyList<PartitionOffsets> ends) =>
        Groups.All.Count * (ends.Sum(end => end.End) - before.Sum(partition => partition.End));

    private async Task<bool> IsOutboxEmptyAsync(TableReader tables)
    {
        foreach (var group in Groups.All)
        {
            if (await tables.HasOutboxAsync(group, call.Stop))
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> UntilAsync(Func<Task<bool>> isGood, TimeSpan between, TimeSpan patience)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await isGood())
        {
            if (session.Failure.IsCompleted)
            {
                throw new CommandException(await session.Failure);
            }

            if (Stopwatch.GetElapsedTime(since) >= patience)
            {
                return false;
            }

            await Task.Delay(between, call.Stop);
        }

        return true;
    }
}
