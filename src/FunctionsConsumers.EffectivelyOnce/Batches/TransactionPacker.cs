using FunctionsConsumers.EffectivelyOnce.Outbox;
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

    /// <summary>Chooses the next transaction's records.</summary>
    /// <param name="pending">The bucket's records that are not settled, in order; at least one.</param>
    /// <returns>At least one of them, in order.</returns>
    public static List<PlannedRecord> Next(IReadOnlyList<PlannedRecord> pending)
    {
        var chosen = new List<PlannedRecord>();
        var subjects = new HashSet<string>(StringComparer.Ordinal);
        var counters = new HashSet<string>(StringComparer.Ordinal);
        var parcels = new ParcelPacker();
        int rows = 0, bytes = 0;
        foreach (var record in pending)
        {
            if (!subjects.Add(record.SubjectRowKey))
            {
                continue;
            }

            var newCounters = record.Additions.Count(addition => !counters.Contains(addition.RowKey));
            var recordRows = record.Inserts.Count + newCounters;
            var recordBytes = record.RequestBytes + (CounterBytes * newCounters);
            parcels.Add(record.Messages);
            if (chosen.Count > 0
                && (record.Alone
                    || rows + recordRows + parcels.Rows > TransactionLimits.MaxRows
                    || bytes + recordBytes + parcels.RequestBytes > TransactionLimits.MaxBytes))
            {
                break;
            }

            chosen.Add(record);
            if (record.Alone)
            {
                break;
            }

            rows += recordRows;
            bytes += recordBytes;
            foreach (var addition in record.Additions)
            {
                counters.Add(addition.RowKey);
            }
        }

        return chosen;
    }
}
