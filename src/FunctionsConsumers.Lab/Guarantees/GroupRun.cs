using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Lab.Guarantees;

/// <summary>One group's way through the topic under one guarantee, with the faults that the schedule has for it.</summary>
internal sealed class GroupRun(Guarantee guarantee, int group, FaultSchedule schedule, FaultTally tally, Func<Owner> beginLife)
{
    private readonly HashSet<(int Partition, long Batch)> _met = [];

    /// <summary>Goes from the committed offsets to the end.</summary>
    public async Task RunAsync(IReadOnlyList<PartitionOffsets> ranges, Action<int> report, CancellationToken cancellationToken)
    {
        var owner = beginLife();
        try
        {
            foreach (var range in ranges)
            {
                while (owner.Read(range) is { Count: > 0 } batch)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    try
                    {
                        owner = await DeliverAsync(owner, range, batch, cancellationToken);
                    }
                    catch (CrashException)
                    {
                        owner.Dispose();
                        owner = beginLife();
                    }

                    report(batch.Count);
                }
            }
        }
        finally
        {
            owner.Dispose();
        }
    }

    private async Task<Owner> DeliverAsync(
        Owner owner, PartitionOffsets range, IReadOnlyList<ConsumedRecord> batch, CancellationToken cancellationToken)
    {
        var fault = FaultOf(batch[0].Coordinates);
        if (guarantee == Guarantee.AtMostOnce)
        {
            owner.Commit(batch);
            CrashBetween(fault);
            if (fault is { Kind: FaultKind.Rebalance })
            {
                // The new owner begins behind what is committed, whatever the old one has still in hand.
                tally.Note(fault.Kind);
                await owner.Effects.ApplyAsync(batch, null, cancellationToken);
                owner.Dispose();
                return beginLife();
            }

            await owner.Effects.ApplyAsync(batch, fault, cancellationToken);
            return owner;
        }

        if (fault is { Kind: FaultKind.Rebalance })
        {
            owner = await HandOverAsync(owner, range, batch, cancellationToken);
        }
        else
        {
            await owner.Effects.ApplyAsync(batch, fault, cancellationToken);
        }

        CrashBetween(fault);
        owner.Commit(batch);
        return owner;
    }

    // Two owners at once: the old one has read the batch and not committed it, so the new one reads it too.
    private async Task<Owner> HandOverAsync(
        Owner old, PartitionOffsets range, IReadOnlyList<ConsumedRecord> batch, CancellationToken cancellationToken)
    {
        var newcomer = beginLife();
        try
        {
            var again = newcomer.Read(range);
            await Task.WhenAll(
                old.Effects.ApplyAsync(batch, null, cancellationToken), newcomer.Effects.ApplyAsync(again, null, cancellationToken));
        }
        catch
        {
            newcomer.Dispose();
            throw;
        }

        tally.Note(FaultKind.Rebalance);
        old.Dispose();
        return newcomer;
    }

    private void CrashBetween(Fault? fault)
    {
        if (fault is { Kind: FaultKind.CrashBetweenSteps })
        {
            tally.Note(fault.Kind);
            throw new CrashException();
        }
    }

    // What comes again has met its fault already.
    private Fault? FaultOf(Coordinates first)
    {
        var batch = (first.Partition, first.Offset / Owner.BatchSize);
        return _met.Add(batch) ? schedule.Of(group, batch.Partition, batch.Item2) : null;
    }
}
