using System.Runtime.ExceptionServices;
using FunctionsConsumers.EffectivelyOnce.Outages;
using FunctionsConsumers.EffectivelyOnce.Telemetry;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Progress;

/// <summary>
/// Finds records below a group's committed offset that were never finished because the host skipped their batch. Gives them to the
/// same processor, which suppresses what was done after all.
/// </summary>
internal sealed partial class GapAudit(IBatchProcessor processor, GroupProgress progress, IGroupLog log, TimeProvider time, ILogger logger)
{
    /// <summary>How often the owners write their progress: twice within the grace of an audit.</summary>
    public static readonly TimeSpan FlushInterval = IGroupUpkeep.Grace / 2;

    private const int RecordsAtOnce = 1000;

    private readonly ILogger _logger = logger;
    private readonly GroupMetrics _metrics = new(processor.Group);

    /// <summary>Audits a topic once.</summary>
    /// <exception cref="StoreUnavailableException">The table could not be read or written.</exception>
    public async Task<GapAuditResult> RunAsync(string topic, TimeSpan grace, CancellationToken cancellationToken)
    {
        await progress.FlushAsync(cancellationToken).ConfigureAwait(false);
        var gaps = Gaps(await progress.EnsureFloorsAsync(topic, cancellationToken).ConfigureAwait(false));
        if (gaps.Count > 0 && grace > TimeSpan.Zero)
        {
            await Pause.ForAsync(grace, time, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            gaps = Still(gaps, await progress.EnsureFloorsAsync(topic, cancellationToken).ConfigureAwait(false));
        }

        var result = default(GapAuditResult);
        ExceptionDispatchInfo? first = null;
        foreach (var stretch in Stretches(gaps))
        {
            try
            {
                var more = await HealAsync(topic, stretch, cancellationToken).ConfigureAwait(false);
                result = new GapAuditResult(result.Found + more.Found, result.Healed + more.Healed, result.Lost + more.Lost);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                // If one partition cannot be read, the others are healed all the same.
                LogNotHealed(processor.Group, topic, stretch.Position.Partition, failure.Message);
                first ??= ExceptionDispatchInfo.Capture(failure);
            }
        }

        await progress.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (result.Healed > 0)
        {
            _metrics.Healed(result.Healed);
            LogHealed(processor.Group, topic, result.Healed);
        }

        first?.Throw();
        return result;
    }

    private async Task<GapAuditResult> HealAsync(string topic, Stretch stretch, CancellationToken cancellationToken)
    {
        long found = 0, lost = 0;
        var healed = 0;
        var (position, epoch, to) = (stretch.Position, stretch.Epoch, stretch.Gaps[^1].To);
        foreach (var (from, until) in stretch.Gaps.Where(gap => gap.From < position.LogStart))
        {
            var end = Math.Min(until, position.LogStart);
            LogLost(processor.Group, topic, position.Partition, from, end);
            await progress.LostAsync(topic, position.Partition, from, end, cancellationToken, epoch).ConfigureAwait(false);
            lost += end - from;
        }

        for (var begin = Math.Max(stretch.Gaps[0].From, position.LogStart); begin < to;)
        {
            var slice = await log.ReadAsync(topic, position.Partition, begin, to, RecordsAtOnce, cancellationToken).ConfigureAwait(false);
            var records = InGaps(slice.Records, stretch.Gaps);
            if (records.Count > 0)
            {
                var outcome = await processor.ProcessAsync(records, cancellationToken).ConfigureAwait(false);
                healed += outcome.Applied + outcome.DeadLettered;
                found += records.Count;
            }

            if (slice.ReadTo <= begin)
            {
                break;
            }

            // The reading passed over control records and compacted ones. They are finished too.
            progress.Finished(topic, position.Partition, begin, slice.ReadTo, epoch);
            begin = slice.ReadTo;
        }

        return new GapAuditResult(found, healed, lost);
    }

    /// <summary>
    /// Gaps that lie close together are read in one go. Every transaction of a producer leaves a gap, and each reading connects to
    /// the broker anew. That takes longer than to read the records between.
    /// </summary>
    private static List<Stretch> Stretches(List<Gap> gaps)
    {
        var stretches = new List<Stretch>();
        foreach (var gap in gaps)
        {
            if (stretches.Count > 0
                && stretches[^1] is var last
                && last.Position.Partition == gap.Position.Partition
                && gap.From - last.Gaps[^1].To <= RecordsAtOnce)
            {
                last.Gaps.Add((gap.From, gap.To));
            }
            else
            {
                stretches.Add(new Stretch(gap.Position, gap.Epoch, [(gap.From, gap.To)]));
            }
        }

        return stretches;
    }

    /// <summary>The records that are in a gap; both come in order.</summary>
    private static List<ConsumedRecord> InGaps(IReadOnlyList<ConsumedRecord> records, List<(long From, long To)> gaps)
    {
        var found = new List<ConsumedRecord>();
        var gap = 0;
        foreach (var record in records)
        {
            var offset = record.Coordinates.Offset;
            while (gap < gaps.Count && gaps[gap].To <= offset)
            {
                gap++;
            }

            if (gap < gaps.Count && gaps[gap].From <= offset)
            {
                found.Add(record);
            }
        }

        return found;
    }

    private static List<Gap> Gaps(IReadOnlyList<(PartitionPosition Position, PartitionProgress Progress)> partitions) =>
        [.. partitions.SelectMany(partition => partition.Position.Committed is { } committed
            ? partition.Progress.Finished.Missing(partition.Progress.Floor, committed)
                .Select(gap => new Gap(partition.Position, partition.Progress.Epoch, gap.From, gap.To))
            : [])];

    // If the topic was made anew meanwhile, it has none of the old topic's gaps. The next audit finds its own.
    private static List<Gap> Still(List<Gap> gaps, IReadOnlyList<(PartitionPosition Position, PartitionProgress Progress)> now)
    {
        var byPartition = now.ToDictionary(partition => partition.Position.Partition);
        return [.. gaps.SelectMany(gap =>
            byPartition.TryGetValue(gap.Position.Partition, out var partition) && partition.Progress.Epoch == gap.Epoch
            ? partition.Progress.Finished.Missing(Math.Max(gap.From, partition.Progress.Floor), gap.To)
                .Select(left => new Gap(partition.Position, gap.Epoch, left.From, left.To))
            : [])];
    }

    private sealed record Gap(PartitionPosition Position, string Epoch, long From, long To);

    private sealed record Stretch(PartitionPosition Position, string Epoch, List<(long From, long To)> Gaps);

    [LoggerMessage(62, LogLevel.Warning, "{Group}: the gaps of {Topic} partition {Partition} could not be healed now: {Reason}")]
    private partial void LogNotHealed(string group, string topic, int partition, string reason);

    [LoggerMessage(60, LogLevel.Error,
        "{Group}: the broker dropped offsets {From} to {To} of {Topic} partition {Partition} before they were handled: they are lost")]
    private partial void LogLost(string group, string topic, int partition, long from, long to);

    [LoggerMessage(61, LogLevel.Warning, "{Group}: {Healed} records of {Topic} had been skipped and were handled by the gap audit")]
    private partial void LogHealed(string group, string topic, int healed);
}
