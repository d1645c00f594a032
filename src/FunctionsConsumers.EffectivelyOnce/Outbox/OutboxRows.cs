using System.Globalization;
using FunctionsConsumers.EffectivelyOnce.Tables;

namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>
/// How a message stands in its group's table: a head row <c>outbox!&lt;id&gt;</c>, whose ETag is what is claimed, and for
/// a large payload further rows <c>outbox!&lt;id&gt;!01</c> … All of them are inserted, and deleted, in one transaction.
/// </summary>
public static class OutboxRows
{
    /// <summary>What every row key of the outbox begins with.</summary>
    public const string Prefix = "outbox!";

    /// <summary>The head row's column with the message's state.</summary>
    public const string State = "State";

    /// <summary>Never tried, or certainly not taken: anyone may claim it.</summary>
    public const string Waiting = "waiting";

    /// <summary>Claimed by an owner, which may be sending it.</summary>
    public const string Claimed = "claimed";

    /// <summary>In doubt or refused, and left for a person.</summary>
    public const string Parked = "parked";

    /// <summary>The column with the id of the process life that claimed the message.</summary>
    public const string Owner = "Owner";

    /// <summary>The column with the id of the claim itself.</summary>
    public const string Claim = "Claim";

    /// <summary>The column that says in one line why a message still waits or is parked.</summary>
    public const string Detail = "Detail";

    /// <summary>The column with the message's kind.</summary>
    public const string Kind = "Kind";

    /// <summary>The column with the subject of the message's event.</summary>
    public const string Subject = "Subject";

    /// <summary>The column that says when the message was planned.</summary>
    public const string CreatedAt = "CreatedAt";

    internal const string Parts = "Parts";
    private const string PayloadPrefix = "Payload";

    // 15 columns of 64 KiB stay under the 1 MiB of an entity with room for the other columns.
    private const int ColumnBytes = TransactionLimits.MaxPropertyBytes;
    private const int ColumnsOfARow = 15;
    private const int RowBytes = ColumnBytes * ColumnsOfARow;

    /// <summary>The inserts of a message.</summary>
    /// <param name="message">The message.</param>
    /// <returns>The head row first.</returns>
    public static IReadOnlyList<RowOperation> Inserts(OutboxMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var parts = PartsOf(message.Payload);
        var inserts = new List<RowOperation>(parts + 1);
        for (var part = 0; part <= parts; part++)
        {
            var columns = new Dictionary<string, object>(StringComparer.Ordinal);
            if (part == 0)
            {
                columns[State] = Waiting;
                columns[Kind] = message.Kind;
                columns[Subject] = message.Subject;
                columns[CreatedAt] = message.CreatedAt;
                columns[Parts] = parts;
            }

            var end = Math.Min(message.Payload.Length, (part + 1) * RowBytes);
            for (int start = part * RowBytes, column = 0; start < end; start += ColumnBytes, column++)
            {
                columns[PayloadColumn(column)] = message.Payload[start..Math.Min(end, start + ColumnBytes)];
            }

            inserts.Add(RowOperation.Insert(RowKeyOf(message.Id, part), columns));
        }

        return inserts;
    }

    /// <summary>The row key of a message's head row.</summary>
    /// <param name="id">The message's id.</param>
    /// <returns>The row key.</returns>
    public static string RowKeyOf(string id) => Prefix + id;

    /// <summary>The id of the message of a head row.</summary>
    /// <param name="head">The head row.</param>
    /// <returns>The message's id.</returns>
    public static string IdOf(Row head) => head.RowKey[Prefix.Length..];

    /// <summary>Whether a row of the outbox is a message's head row.</summary>
    /// <param name="row">A row of the outbox.</param>
    /// <returns>False for the further rows of a large payload.</returns>
    public static bool IsHead(Row row) => row.RowKey.IndexOf('!', Prefix.Length) < 0;

    /// <summary>The row keys of a message's further rows.</summary>
    /// <param name="head">The head row.</param>
    /// <returns>Empty for a payload that fits the head row.</returns>
    public static IReadOnlyList<string> FurtherRows(Row head) => FurtherRows(IdOf(head), (int)(head.Number(Parts) ?? 0));

    /// <summary>The row keys of a message's further rows.</summary>
    /// <param name="message">The message.</param>
    /// <returns>Empty for a payload that fits the head row.</returns>
    public static IReadOnlyList<string> FurtherRows(OutboxMessage message) => FurtherRows(message.Id, PartsOf(message.Payload));

    /// <summary>Puts a message together again.</summary>
    /// <param name="group">The consumer group.</param>
    /// <param name="head">The head row.</param>
    /// <param name="further">The further rows, by row key.</param>
    /// <returns>The message.</returns>
    /// <exception cref="InvalidDataException">A further row is missing.</exception>
    public static OutboxMessage Read(string group, Row head, IReadOnlyDictionary<string, Row> further)
    {
        using var payload = new MemoryStream();
        Append(payload, head);
        foreach (var rowKey in FurtherRows(head))
        {
            Append(payload, further.TryGetValue(rowKey, out var row)
                ? row
                : throw new InvalidDataException($"Row '{rowKey}' of a message in the outbox of '{group}' is missing."));
        }

        return new OutboxMessage(
            IdOf(head),
            head.Text(Kind) ?? "",
            group,
            head.Text(Subject) ?? "",
            payload.ToArray(),
            head.Columns.TryGetValue(CreatedAt, out var created) && created is DateTimeOffset at ? at : default);
    }


    private static int PartsOf(byte[] payload) => Math.Max(0, (payload.Length - 1) / RowBytes);

    private static IReadOnlyList<string> FurtherRows(string id, int parts) =>
        parts == 0 ? [] : [.. Enumerable.Range(1, parts).Select(part => RowKeyOf(id, part))];

    private static string RowKeyOf(string id, int part) =>
        part == 0 ? Prefix + id : string.Create(CultureInfo.InvariantCulture, $"{Prefix}{id}!{part:D2}");

    private static string PayloadColumn(int column) => PayloadPrefix + column.ToString("D2", CultureInfo.InvariantCulture);

    private static void Append(MemoryStream payload, Row row)
    {
        for (var column = 0; column < ColumnsOfARow && row.Columns.TryGetValue(PayloadColumn(column), out var value); column++)
        {
            payload.Write((byte[])value);
        }
    }
}
