using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Spilling;

namespace FunctionsConsumers.Audit.Log;

/// <summary>How a record is noted. Ids and fingerprints are kept whole: no two orders are ever taken for one.</summary>
internal static class LoggedEntry
{
    /// <summary>Writes a record.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="record">The record.</param>
    /// <param name="order">Its order; null where no group can apply it.</param>
    public static void Write(EntryWriter writer, LoggedRecord record, AuditedOrder? order)
    {
        writer.Number(record.Place);
        writer.Number(record.Partition);
        writer.Number(record.Offset);
        writer.Wide(record.WrittenAt.Ticks);
        writer.Number((int)record.MeantFor);
        writer.Byte(record.IsApplicable ? (byte)1 : (byte)0);
        writer.Fingerprint(record.Spelling);
        writer.Fingerprint(record.Meaning);
        writer.Text(order?.Id);
        if (order is not null)
        {
            writer.Text(order.Email);
            writer.KnownText(order.Currency);
            writer.Lines(order.Lines);
        }
    }

    /// <summary>Reads a record.</summary>
    /// <param name="reader">Gives it.</param>
    /// <param name="order">Its order, without what no effect says anything of; null where no group can apply it.</param>
    /// <returns>The record.</returns>
    public static LoggedRecord Read(ref EntryReader reader, out AuditedOrder? order)
    {
        var place = reader.Number();
        var (partition, offset) = ((int)reader.Number(), reader.Number());
        var (writtenAt, meantFor) = (new DateTime(reader.Wide(), DateTimeKind.Utc), (uint)reader.Number());
        var isApplicable = reader.Byte() == 1;
        var record = new LoggedRecord(partition, offset, writtenAt, meantFor, reader.Fingerprint()!.Value)
        {
            Place = place,
            Meaning = reader.Fingerprint(),
            IsApplicable = isApplicable,
        };
        order = reader.Text() is { } id
            ? new AuditedOrder(id, null, reader.Text(), reader.KnownText()!, null, reader.Lines()!)
            : null;
        return record;
    }
}
