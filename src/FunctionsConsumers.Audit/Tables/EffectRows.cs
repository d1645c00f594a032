using System.Globalization;
using System.Text.Json;
using Azure.Data.Tables;
using FunctionsConsumers.Audit.Orders;

namespace FunctionsConsumers.Audit.Tables;

/// <summary>Turns rows of a group's table into what the verdict needs of them.</summary>
/// <param name="group">The group.</param>
internal sealed class EffectRows(string group)
{
    private readonly string _effect = EffectRules.KindOf(group) + "!";

    private readonly PlainLines _plain = new();

    /// <summary>Adds a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="range">Takes what it says; rows that say nothing to the audit are passed over.</param>
    public void Add(TableEntity row, TableRange range)
    {
        if (row.RowKey.StartsWith(_effect, StringComparison.Ordinal))
        {
            // Without its state the row is no effect, and the order it stands for has none.
            if (Text(row, "State") == "applied" && Text(row, "OrderId") is { } orderId)
            {
                range.Add(orderId, Effect(row));
            }
        }
        else if (row.RowKey.StartsWith("dead!", StringComparison.Ordinal))
        {
            if (Text(row, "State") == "dead-lettered" && Coordinates(row) is { } at)
            {
                range.AddDeadLetter(at, Fingerprint.Parse(Text(row, "Fingerprint")));
            }
        }
        else if (row.RowKey.StartsWith("stock!", StringComparison.Ordinal))
        {
            AddCounter(row, range);
        }
        else if (row.RowKey.StartsWith("outbox!", StringComparison.Ordinal))
        {
            // A row of several messages says how many; a further row of a large one counts as well, lest it be left behind unseen.
            range.Messages += Value<int>(row, "Messages") ?? 1;
        }
    }

    // A column of another type is not the column.
    private static string? Text(TableEntity row, string column) => row.TryGetValue(column, out var value) ? value as string : null;

    private static T? Value<T>(TableEntity row, string column)
        where T : struct => row.TryGetValue(column, out var value) && value is T typed ? typed : null;

    private EffectRow Effect(TableEntity row)
    {
        var (topic, partition, offset) = Coordinates(row) ?? ("", -1, -1);
        var content = new EffectContent(
            Lines(Text(row, "Lines")),
            Text(row, "Currency"),
            Text(row, "Total"),
            Text(row, "To"),
            Text(row, "Channel"));
        var fingerprint = Fingerprint.Parse(Text(row, "Fingerprint"));
        return new EffectRow(row.PartitionKey, fingerprint, topic, partition, offset, AppliedAt(row), content);
    }

    private static DateTime AppliedAt(TableEntity row) => Value<DateTimeOffset>(row, "AppliedAt")?.UtcDateTime ?? DateTime.MaxValue;

    private static (string Topic, int Partition, long Offset)? Coordinates(TableEntity row) =>
        Text(row, "Topic") is { } topic && Value<int>(row, "Partition") is { } partition && Value<long>(row, "Offset") is { } offset
            ? (topic, partition, offset)
            : null;

    // stock!<product>!<topic>:<partition>; a topic's name holds neither mark.
    private static void AddCounter(TableEntity row, TableRange range)
    {
        var parts = row.RowKey.Split('!');
        var colon = parts[^1].LastIndexOf(':');
        var topic = colon < 0 ? "" : parts[^1][..colon];
        range.AddReserved(EscapedKey.Read(parts[1]), topic, Value<long>(row, "Reserved") ?? 0);
    }

    private AuditedLine[]? Lines(string? text) => text is null ? null : _plain.Read(text) ?? ReadWhole(text);

    private static AuditedLine[]? ReadWhole(string text)
    {
        try
        {
            var lines = new List<AuditedLine>();
            using var document = JsonDocument.Parse(text);
            foreach (var line in document.RootElement.EnumerateArray())
            {
                decimal? price = line.TryGetProperty("unit_price"u8, out var given)
                    ? decimal.Parse(given.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture)
                    : null;
                lines.Add(
                    new AuditedLine(line.GetProperty("product"u8).GetString()!, line.GetProperty("quantity"u8).GetInt64(), price));
            }

            return [.. lines];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException
            or OverflowException)
        {
            // A column that is no list of lines is what the verdict is about.
            return null;
        }
    }
}
