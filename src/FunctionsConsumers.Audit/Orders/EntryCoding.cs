using FunctionsConsumers.Audit.Spilling;

namespace FunctionsConsumers.Audit.Orders;

/// <summary>How an order's parts are noted.</summary>
internal static class EntryCoding
{
    /// <summary>Writes a fingerprint, which may be missing.</summary>
    public static void Fingerprint(this EntryWriter writer, Fingerprint? fingerprint)
    {
        writer.Byte(fingerprint is null ? (byte)0 : (byte)1);
        if (fingerprint is { } given)
        {
            writer.Wide(given.High);
            writer.Wide(given.Low);
        }
    }

    /// <summary>Reads a fingerprint, which may be missing.</summary>
    public static Fingerprint? Fingerprint(this ref EntryReader reader) =>
        reader.Byte() == 0 ? null : new Fingerprint(reader.VeryWide(), reader.VeryWide());

    /// <summary>Writes lines, which may be missing.</summary>
    public static void Lines(this EntryWriter writer, AuditedLine[]? lines)
    {
        writer.Number(lines?.Length ?? -1);
        foreach (var line in lines ?? [])
        {
            writer.KnownText(line.Product);
            writer.Number(line.Quantity);
            writer.Byte(line.UnitPrice is null ? (byte)0 : (byte)1);
            if (line.UnitPrice is { } price)
            {
                writer.Amount(price);
            }
        }
    }

    /// <summary>Reads lines, which may be missing.</summary>
    public static AuditedLine[]? Lines(this ref EntryReader reader)
    {
        var count = (int)reader.Number();
        if (count < 0)
        {
            return null;
        }

        var lines = new AuditedLine[count];
        for (var line = 0; line < count; line++)
        {
            lines[line] = new AuditedLine(reader.KnownText()!, reader.Number(), reader.Byte() == 0 ? null : reader.Amount());
        }

        return lines;
    }
}
