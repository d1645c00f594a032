using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>Spreads a payload over columns, and a large one over rows: a column takes 64 KiB, and a row 1 MiB.</summary>
internal static class PayloadColumns
{
    /// <summary>15 columns of 64 KiB stay under the 1 MiB of an entity and leave room for the other columns.</summary>
    public const int OfARow = 15;

    /// <summary>The most bytes of payload in one row.</summary>
    public const int RowBytes = ColumnBytes * OfARow;

    /// <summary>More rows would not fit the transaction that inserts them.</summary>
    public const int MostFurtherRows = TransactionLimits.MaxRows - 1;

    private const int ColumnBytes = TransactionLimits.MaxPropertyBytes;

    private static readonly string[] Names =
        [.. Enumerable.Range(0, OfARow).Select(column => string.Create(CultureInfo.InvariantCulture, $"Payload{column:D2}"))];

    /// <summary>How many rows a payload takes beyond the head row.</summary>
    public static int FurtherRowsOf(byte[] payload) => Math.Max(0, (payload.Length - 1) / RowBytes);

    /// <summary>Adds the columns of one of the payload's rows. The head row is number 0.</summary>
    public static void Add(Columns columns, byte[] payload, int row)
    {
        var end = Math.Min(payload.Length, (row + 1) * RowBytes);
        for (int start = row * RowBytes, column = 0; start < end; start += ColumnBytes, column++)
        {
            columns.Add(
                Names[column],
                start == 0 && payload.Length <= ColumnBytes ? payload : payload[start..Math.Min(end, start + ColumnBytes)]);
        }
    }

    /// <summary>At most how many bytes of a request the columns of a payload take.</summary>
    public static long RequestBytes(byte[] payload)
    {
        var bytes = 0L;
        for (int start = 0, column = 0; start < payload.Length; start += ColumnBytes, column++)
        {
            bytes += TransactionLimits.RequestBytes(Names[column % OfARow], Math.Min(ColumnBytes, payload.Length - start));
        }

        return bytes;
    }

    /// <summary>Reads the columns of a row to the end of what was read of the payload before.</summary>
    /// <exception cref="InvalidDataException">A column holds no bytes.</exception>
    public static void Append(MemoryStream payload, Row row)
    {
        for (var column = 0; column < OfARow && row.Columns.TryGetValue(Names[column], out var value); column++)
        {
            payload.Write(value as byte[]
                ?? throw new InvalidDataException($"Column {Names[column]} of row '{row.RowKey}' of the outbox holds no bytes."));
        }
    }
}
