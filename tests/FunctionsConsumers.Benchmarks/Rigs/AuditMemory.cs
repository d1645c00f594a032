using System.Diagnostics;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Spilling;
using FunctionsConsumers.Audit.Tables;
using FunctionsConsumers.Audit.Verdicts;
using FunctionsConsumers.Benchmarks.Measuring;

namespace FunctionsConsumers.Benchmarks.Rigs;

/// <summary>The memory of an audit of billing while it runs.</summary>
internal static class AuditMemory
{
    // A look collects all garbage, so there are as many at few orders as at many.
    private const double MillisecondsBetweenLooks = 0.0002;

    /// <summary>Audits so many orders, and looks again and again how many bytes live objects take.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="catalog">The catalog.</param>
    /// <param name="orders">How many.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The most bytes that were seen, and what else was.</returns>
    public static async Task<AuditUse> MostAsync(long seed, CatalogReading catalog, int orders, CancellationToken cancellationToken)
    {
        var between = TimeSpan.FromMilliseconds(MillisecondsBetweenLooks * orders);
        var rig = new AuditedOrders(seed);
        var before = LiveBytes();
        var most = before;
        var began = Stopwatch.GetTimestamp();
        using var spill = new Spill();
        var audit = Task.Run(() => Audit(rig, catalog, orders, spill, cancellationToken), cancellationToken);
        while (!audit.IsCompleted)
        {
            most = Math.Max(most, LiveBytes());
            await Task.WhenAny(audit, Task.Delay(between, cancellationToken));
        }

        await audit;
        return new AuditUse(most - before, spill.OnFile, Stopwatch.GetElapsedTime(began));
    }

    // What a collection found alive: the heap's size would count what was allocated since.
    private static long LiveBytes()
    {
        GC.Collect();
        return GC.GetGCMemoryInfo(GCKind.FullBlocking).PromotedBytes;
    }

    private static void Audit(AuditedOrders rig, CatalogReading catalog, int orders, Spill spill, CancellationToken cancellationToken)
    {
        var log = new LogReading("order-events", ["billing"], spill);
        var ends = AuditedOrders.Ends(orders);
        foreach (var (partition, end) in ends)
        {
            log.Cover(partition, 0, 0, end);
        }

        for (var order = 0; order < orders; order++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (partition, offset, value) = rig.Record(order);
            log.Add(partition, offset, AuditedOrders.WrittenAt, value, null);
        }

        using var table = new TableReading("billing", spill);
        var rows = new EffectRows("billing");
        var range = table.Begin();
        for (var order = 0; order < orders; order++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows.Add(rig.Row(order), range);
        }

        range.Keep();
        var (report, _) = Verdict.Judge(log, catalog, table, new GroupPosition(ends, ends), [], cancellationToken);
        if (!report.Ok || report.Applied != orders)
        {
            throw new InvalidOperationException($"The audit says {report}: what is measured is no good run.");
        }
    }
}

/// <summary>What an audit took.</summary>
/// <param name="Memory">The most bytes of live objects.</param>
/// <param name="OnFile">The bytes of its file.</param>
/// <param name="Time">How long it ran, the making of its orders included.</param>
internal sealed record AuditUse(double Memory, long OnFile, TimeSpan Time)
{
    /// <inheritdoc />
    public override string ToString() => $"{Figure.Number(Memory / 1_000_000)} MB of live objects at most, {Figure.Number(
        OnFile / 1_000_000.0)} MB in the file, {Figure.Number(Time.TotalSeconds)} s";
}
