using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Spilling;

namespace FunctionsConsumers.Audit.Tables;

/// <summary>How rows are noted. Ids and fingerprints are kept whole: no two orders are ever taken for one.</summary>
internal static class RowEntry
{
    /// <summary>Writes an effect.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="orderId">Its order.</param>
    /// <param name="effect">The effect; its place is not written.</param>
    public static void Write(EntryWriter writer, string orderId, EffectRow effect)
    {
        writer.Text(orderId);
        writer.KnownText(effect.Bucket);
        writer.Fingerprint(effect.Fingerprint);
        writer.KnownText(effect.Topic);
        writer.Number(effect.Partition);
        writer.Number(effect.Offset);
        writer.Wide(effect.AppliedAt.Ticks);
        writer.Lines(effect.Content.Lines);
        writer.KnownText(effect.Content.Currency);
        writer.Text(effect.Content.Total);
        writer.Text(effect.Content.To);
        writer.KnownText(effect.Content.Channel);
    }

    /// <summary>Writes a dead letter.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="at">Where its record stands.</param>
    /// <param name="fingerprint">The row's fingerprint; null where it has none.</param>
    public static void Write(EntryWriter writer, (string Topic, int Partition, long Offset) at, Fingerprint? fingerprint)
    {
        writer.KnownText(at.Topic);
        writer.Number(at.Partition);
        writer.Number(at.Offset);
        writer.Fingerprint(fingerprint);
    }

    /// <summary>Reads an effect.</summary>
    /// <param name="reader">Gives it.</param>
    /// <returns>Its order, and the effect without its place.</returns>
    public static (string OrderId, EffectRow Effect) ReadEffect(ref EntryReader reader)
    {
        var id = reader.Text()!;
        var (bucket, fingerprint) = (reader.KnownText()!, reader.Fingerprint());
        var (topic, partition, offset) = (reader.KnownText()!, (int)reader.Number(), reader.Number());
        var appliedAt = new DateTime(reader.Wide(), DateTimeKind.Utc);
        var content = new EffectContent(reader.Lines(), reader.KnownText(), reader.Text(), reader.Text(), reader.KnownText());
        return (id, new EffectRow(bucket, fingerprint, topic, partition, offset, appliedAt, content));
    }

    /// <summary>Reads a dead letter.</summary>
    /// <param name="reader">Gives it.</param>
    /// <returns>Where its record stands, and the row's fingerprint.</returns>
    public static ((string Topic, int Partition, long Offset) At, Fingerprint? Fingerprint) ReadDeadLetter(ref EntryReader reader) =>
        ((reader.KnownText()!, (int)reader.Number(), reader.Number()), reader.Fingerprint());
}
