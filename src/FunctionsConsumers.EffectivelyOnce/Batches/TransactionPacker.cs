using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Batches;

/// <summary>
/// Chooses the records of a bucket's next transaction, as a pure function: in order, split only between events, by rows
/// and by bytes, and never two records of one subject. Those wait: they are judged by the row that is there once the
/// first one's transaction is settled.
/// </summary>
internal static class TransactionPacker
{
    /// <summary>The bytes a counter's row takes in a request, at most: its key of up to 512 characters stands there twice.</summary>
    public const int CounterBytes = 3000;

    /// <summary>Chooses the next transaction's records. Returns at least one of them, in order, with their messages in parcels.</summary>
    public static Transaction Next(IReadOnlyList<PlannedRecord> pending)
    {
        var chosen = new List<PlannedRecord>(Math.Min(pending.Count, TransactionLimits.MaxRows));
        var subjects = new HashSet<HashedText>(chosen.Capacity);
        var counters = new HashSet<string>(StringComparer.Ordinal);
        var parcels = new ParcelPacker();
        var rows = 0;
        var bytes = 0L;
        foreach (var record in pending)
        {
            if (!subjects.Add(record.Subject))
            {
                continue;
            }

            var newCounters = New(record.Additions, counters);
            rows += record.Inserts.Length + newCounters;
            bytes += record.RequestBytes + (CounterBytes * newCounters);
            if (chosen.Count == 0)
            {
                // What one event needs has been checked already, and goes in any case.
                parcels.Add(record.Messages);
            }
            else if (record.Alone
                || !parcels.TryAdd(record.Messages, TransactionLimits.MaxRows - rows, TransactionLimits.MaxBytes - bytes))
            {
                break;
            }

            chosen.Add(record);
            if (record.Alone)
            {
                break;
            }

            foreach (var addition in record.Additions)
            {
                counters.Add(addition.RowKey);
            }
        }

        return new Transaction(chosen, parcels.Parcels);
    }

    private static int New(Addition[] additions, HashSet<string> counters)
    {
        var count = 0;
        foreach (var addition in additions)
        {
            count += counters.Contains(addition.RowKey) ? 0 : 1;
        }

        return count;
    }
}

/// <summary>The records of a transaction, and their messages as they stand in its rows.</summary>
internal sealed record Transaction(List<PlannedRecord> Records, IReadOnlyList<Parcel> Parcels)
{
    /// <summary>
    /// The same in a trace: whoever sends its messages goes on with it. <paramref name="trace" /> is null if it is not traced.
    /// </summary>
    public Transaction In(TraceContext? trace) =>
        trace is null || Parcels.Count == 0 ? this : this with { Parcels = [.. Parcels.Select(parcel => parcel with { Trace = trace })] };
}
