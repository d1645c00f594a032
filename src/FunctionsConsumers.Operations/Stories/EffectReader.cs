using System.Globalization;
using System.Text.Json;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders;

namespace FunctionsConsumers.Operations.Stories;

/// <summary>Reads what one group's table has of an order.</summary>
internal sealed class EffectReader(string group, FoundTable table)
{
    private static readonly HashSet<string> Identity =
    [
        IdentityColumns.Key, IdentityColumns.State, IdentityColumns.Fingerprint, IdentityColumns.Attempt, IdentityColumns.Topic,
        IdentityColumns.Partition, IdentityColumns.Offset, IdentityColumns.AppliedAt, IdentityColumns.ProlongedAt, IdentityColumns.SeenAt,
    ];

    private readonly Buckets _buckets = new(table.Buckets);

    /// <summary>Finds an order's effect by its id: one read. Null if there is none.</summary>
    public async Task<StoredEffect?> FindAsync(string orderId, CancellationToken cancellationToken)
    {
        var rowKey = RowKey.OfSubject(KindOf(group), orderId);
        var rows = await table.Store.ReadAsync(_buckets.Of(orderId), [rowKey], null, cancellationToken);
        return rows.TryGetValue(rowKey, out var row) ? Effect(row) : null;
    }

    /// <summary>Finds effects by their idempotency key: reads every effect's key.</summary>
    public async Task<IReadOnlyList<StoredEffect>> FindByKeyAsync(string key, CancellationToken cancellationToken)
    {
        var effects = new List<StoredEffect>();
        foreach (var bucket in _buckets.All)
        {
            var found = new List<string>();
            await foreach (var row in table.Store.ScanAsync(bucket, KindOf(group) + "!", [IdentityColumns.Key], cancellationToken))
            {
                if (row.Text(IdentityColumns.Key) == key)
                {
                    found.Add(row.RowKey);
                }
            }

            effects.AddRange((await table.Store.ReadAsync(bucket, found, null, cancellationToken)).Values.Select(Effect));
        }

        return effects;
    }

    /// <summary>The messages of a subject that are not sent yet.</summary>
    public async Task<IReadOnlyList<StoredMessage>> MessagesAsync(string subject, CancellationToken cancellationToken)
    {
        var messages = new List<StoredMessage>();
        await foreach (var row in table.Store.ScanAsync(_buckets.Of(subject), OutboxRows.Prefix, null, cancellationToken))
        {
            messages.AddRange(OutboxEntry.Of(group, row)
                .Where(entry => entry.Subject == subject)
                .Select(entry => new StoredMessage(entry.Id, entry.Kind, entry.State, entry.CreatedAt, entry.Detail)));
        }

        return messages;
    }

    /// <summary>Which of some records have a dead letter's row.</summary>
    public async Task<IReadOnlySet<Coordinates>> DeadLetteredAsync(
        IReadOnlyCollection<Coordinates> records, CancellationToken cancellationToken)
    {
        var dead = new HashSet<Coordinates>();
        foreach (var bucket in records.GroupBy(record => _buckets.Of(record.ToString()), StringComparer.Ordinal))
        {
            var byRow = bucket.ToDictionary(RowKey.OfDeadLetter);
            foreach (var rowKey in (await table.Store.ReadAsync(bucket.Key, byRow.Keys, [IdentityColumns.State], cancellationToken)).Keys)
            {
                dead.Add(byRow[rowKey]);
            }
        }

        return dead;
    }

    /// <summary>The first part of the row key of a group's effect.</summary>
    internal static string KindOf(string group) => Groups.EffectKindOf(group) ?? "key";

    private static StoredEffect Effect(Row row) => new()
    {
        Bucket = row.PartitionKey,
        RowKey = row.RowKey,
        OrderId = row.Text("OrderId") ?? "",
        Key = row.Text(IdentityColumns.Key),
        Fingerprint = row.Text(IdentityColumns.Fingerprint),
        Topic = row.Text(IdentityColumns.Topic),
        Partition = (int?)row.Number(IdentityColumns.Partition),
        Offset = row.Number(IdentityColumns.Offset),
        AppliedAt = row.Columns.GetValueOrDefault(IdentityColumns.AppliedAt) as DateTimeOffset?,
        Total = row.Text("Total"),
        Currency = row.Text("Currency"),
        Lines = Lines(row.Text("Lines")),
        Columns = row.Columns
            .Where(column => !Identity.Contains(column.Key))
            .ToDictionary(column => column.Key, column => Convert.ToString(column.Value, CultureInfo.InvariantCulture) ?? "",
                StringComparer.Ordinal),
    };

    // A column that somebody has written by hand is shown among the columns and as no lines.
    private static List<StoredLine> Lines(string? json)
    {
        try
        {
            using var lines = JsonDocument.Parse(json ?? "[]");
            return
            [
                .. lines.RootElement.EnumerateArray().Select(line => new StoredLine(
                    line.GetProperty("product").GetString() ?? "",
                    line.GetProperty("quantity").GetInt64(),
                    line.TryGetProperty("unit_price", out var price) ? price.GetRawText() : null)),
            ];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return [];
        }
    }
}
