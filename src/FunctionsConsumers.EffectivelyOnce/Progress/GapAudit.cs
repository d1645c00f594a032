using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.EffectivelyOnce.Progress;

/// <summary>
/// Finds records below a group's committed offset that were never finished, because the host skipped their batch, and puts
/// them through the same processor, which suppresses what was done after all.
/// </summary>
/// <param name="processor">The group's processor.</param>
/// <param name="progress">What the group has finished.</param>
/// <param name="log">The log.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where gaps are reported.</param>
internal sealed partial class GapAudit(IBatchProcessor processor, GroupProgress progress, IGroupLog log, TimeProvider time, ILogger logger)
{
    /// <summary>How often the owners write their progress: twice within the grace of an audit.</summary>
    public static readonly TimeSpan FlushInterval = IGroupUpkeep.Grace / 2;

    private const int RecordsAtOnce = 1000;

    private readonly ILogger _logger = logger;

    /// <summary>Audits a topic once.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="grace">How long an apparent gap is given to be closed by an owner that has not written its progress
    /// yet; zero where nobody is consuming.</param>
    /// <param name="cancellationToken">Ends the audit; what was healed stays.</param>
    /// <returns>What was found.</returns>
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

        long found = 0, lost = 0;
        var healed = default(BatchOutcome);
        foreach (var stretch in Stretches(gaps))
        {
            var (position, to) = (stretch.Position, stretch.Gaps[^1].To);
            foreach (var (from, until) in stretch.Gaps.Where(gap => gap.From < position.LogStart))
            {
                var end = Math.Min(until, position.LogStart);
                LogLost(processor.Group, topic, position.Partition, from, end);
                await progress.LostAsync(topic, position.Partition, from, end, cancellationToken).ConfigureAwait(false);
                lost += end - from;
            }

            for (var begin = Math.Max(stretch.Gaps[0].From, position.LogStart); begin < to;)
            {
                var slice = await log.ReadAsync(topic, position.Partition, begin, to, RecordsAtOnce, cancellationToken).ConfigureAwait(false);
                var records = InGaps(slice.Records, stretch.Gaps);
                if (records.Count > 0)
                {
                    var outcome = await processor.ProcessAsync(records, cancellationToken).ConfigureAwait(false);
                    healed = new BatchOutcome(
                        healed.Applied + outcome.Applied, healed.Duplicates + outcome.Duplicates, healed.DeadLettered + outcome.DeadLettered, healed.PassedOver + outcome.PassedOver);
                    found += records.Count;
                }

                if (slice.ReadTo <= begin)
                {
                    break;
                }

                // What the reading passed over, control records and compacted ones, is finished too.
                progress.Finished(topic, position.Partition, begin, slice.ReadTo);
                begin = slice.ReadTo;
            }
        }

        await progress.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (healed.Applied + healed.DeadLettered > 0)
        {
            LogHealed(processor.Group, topic, healed.Applied + healed.DeadLettered);
        }

        return new GapAuditResult(found, healed.Applied + healed.DeadLettered, lost);
    }

    /// <summary>
    /// Gaps that lie close together are read in one go: behind every transaction of a producer there is one, and each
    /// reading connects to the broker anew, which takes longer than to read what lies between.
    /// </summary>
    private static List<(PartitionPosition Position, List<(long From, long To)> Gaps)> Stretches(List<(PartitionPosition Position, long From, long To)> gaps)
    {
        var stretches = new List<(PartitionPosition Position, List<(long From, long To)> Gaps)>();
        foreach (var (position, from, to) in gaps)
        {
            if (stretches.Count > 0 && stretches[^1] is var (last, close) && last.Partition == position.Partition && from - close[^1].To <= RecordsAtOnce)
            {
                close.Add((from, to));
            }
            else
            {
                stretches.Add((position, [(from, to)]));
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

    private static List<(PartitionPosition Position, long From, long To)> Gaps(IReadOnlyList<(PartitionPosition Position, PartitionProgress Progress)> partitions) =>
        [.. partitions.SelectMany(partition => partition.Position.Committed is { } committed
            ? partition.Progress.Finished.Missing(partition.Progress.Floor, committed).Select(gap => (partition.Position, gap.From, gap.To))
            : [])];

    private static List<(PartitionPosition Position, long From, long To)> Still(
        List<(PartitionPosition Position, long From, long To)> gaps, IReadOnlyList<(PartitionPosition Position, PartitionProgress Progress)> now)
    {
        var byPartition = now.ToDictionary(partition => partition.Position.Partition);
        return [.. gaps.SelectMany(gap => byPartition.TryGetValue(gap.Position.Partition, out var partition)
            ? partition.Progress.Finished.Missing(Math.Max(gap.From, partition.Progress.Floor), gap.To).Select(left => (partition.Position, left.From, left.To))
            : [])];
    }

    [LoggerMessage(60, LogLevel.Error, "{Group}: the broker dropped offsets {From} to {To} of {Topic} partition {Partition} before they were handled: they are lost")]
    private partial void LogLost(string group, string topic, int partition, long from, long to);

    [LoggerMessage(61, LogLevel.Warning, "{Group}: {Healed} records of {Topic} had been skipped and were handled by the gap audit")]
    private partial void LogHealed(string group, string topic, int healed);
}
