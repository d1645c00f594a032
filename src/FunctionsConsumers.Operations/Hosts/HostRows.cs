using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Data.Tables;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Progress;

namespace FunctionsConsumers.Operations.Hosts;

/// <summary>
/// What the hosts say of themselves: in table <c>progress</c>, partition <c>!hosts</c>, a row for each process and group with
/// its last hour, and one with its sums of a day. No group's name begins so. A page that any host answers can thus tell of
/// all of them, also of one that was killed a moment ago; and there is no limit to how many there are.
/// </summary>
/// <param name="services">Where the tables are.</param>
public sealed class HostRows(OperatedServices services)
{
    /// <summary>The partition.</summary>
    internal const string Partition = "!hosts";

    private const string HostPrefix = "host!";
    private const string DayPrefix = "day!";
    private const int MostInATransaction = 100;

    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    private readonly TableClient _table = services.Tables.Clients[0].GetTableClient(GroupProgress.TableName);

    /// <summary>Writes what a process counted, in the place of what it wrote before.</summary>
    internal async Task WriteAsync(IReadOnlyList<HostRow> rows,
        IReadOnlyList<(string Life, string Group, DateOnly Day, DayFigures Sum)> days, CancellationToken cancellationToken)
    {
        IEnumerable<TableEntity> entities = [.. rows.Select(EntityOf), .. days.Select(EntityOf)];
        foreach (var some in entities.Chunk(MostInATransaction))
        {
            await _table.SubmitTransactionAsync(
                some.Select(entity => new TableTransactionAction(TableTransactionActionType.UpsertReplace, entity)), cancellationToken);
        }
    }

    /// <summary>Removes what is older than the page tells of.</summary>
    internal async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        List<TableEntity> old = [];
        await foreach (var entity in _table.QueryAsync<TableEntity>(
            OfPartition, select: ["PartitionKey", "RowKey", nameof(HostRow.SeenAt)], cancellationToken: cancellationToken))
        {
            var isOld = entity.RowKey.StartsWith(DayPrefix, StringComparison.Ordinal)
                ? DayOf(entity.RowKey) < DateOnly.FromDateTime(now.UtcDateTime).AddDays(-1)
                : entity.GetDateTimeOffset(nameof(HostRow.SeenAt)) < now - Kept;
            if (isOld)
            {
                old.Add(entity);
            }
        }

        foreach (var entity in old)
        {
            // Deleted by another host meanwhile is deleted as well.
            await _table.DeleteEntityAsync(entity.PartitionKey, entity.RowKey, ETag.All, cancellationToken);
        }
    }

    /// <summary>Reads what all processes wrote.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The rows, and today's sums by group.</returns>
    /// <exception cref="RequestFailedException">The table could not be read.</exception>
    public async Task<(IReadOnlyList<HostRow> Rows, IReadOnlyDictionary<string, DayFigures> Today)> ReadAsync(
        CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(services.Time.GetUtcNow().UtcDateTime);
        var rows = new List<HostRow>();
        var sums = new Dictionary<string, DayFigures>(StringComparer.Ordinal);
        await foreach (var entity in _table.QueryAsync<TableEntity>(OfPartition, cancellationToken: cancellationToken))
        {
            if (!entity.RowKey.StartsWith(DayPrefix, StringComparison.Ordinal))
            {
                rows.Add(RowOf(entity));
            }
            else if (DayOf(entity.RowKey) == today && entity.GetString(nameof(HostRow.Group)) is { } group)
            {
                var sum = sums.GetValueOrDefault(group) ?? new DayFigures();
                sums[group] = new DayFigures(
                    sum.Applied + Number(entity, nameof(sum.Applied)), sum.Duplicates + Number(entity, nameof(sum.Duplicates)),
                    sum.DeadLettered + Number(entity, nameof(sum.DeadLettered)), sum.Healed + Number(entity, nameof(sum.Healed)));
            }
        }

        return (rows, sums);
    }

    private static string OfPartition => $"PartitionKey eq '{Partition}'";

    private static TableEntity EntityOf(HostRow row)
    {
        var entity = new TableEntity(Partition, $"{HostPrefix}{row.Life}!{RowKey.Escape(row.Group)}")
        {
            [nameof(row.Life)] = row.Life,
            [nameof(row.Machine)] = row.Machine,
            [nameof(row.Process)] = row.Process,
            [nameof(row.StartedAt)] = row.StartedAt,
            [nameof(row.SeenAt)] = row.SeenAt,
            [nameof(row.Group)] = row.Group,
            [nameof(row.Slots)] = JsonSerializer.Serialize(
                row.Slots.Select(slot => new[] { slot.Number, slot.Applied, slot.Duplicates, slot.DeadLettered, slot.Healed, slot.Lag })
                    .ToArray(),
                HostRowsJson.Default.NullableInt64ArrayArray),
        };
        if (row.Error is { } error)
        {
            entity["Error"] = error.Text;
            entity["ErrorAt"] = error.At;
        }

        return entity;
    }

    private static TableEntity EntityOf((string Life, string Group, DateOnly Day, DayFigures Sum) day) =>
        new(Partition,
            string.Create(CultureInfo.InvariantCulture, $"{DayPrefix}{day.Day:yyyy-MM-dd}!{day.Life}!{RowKey.Escape(day.Group)}"))
        {
            [nameof(HostRow.Group)] = day.Group,
            [nameof(day.Sum.Applied)] = day.Sum.Applied,
            [nameof(day.Sum.Duplicates)] = day.Sum.Duplicates,
            [nameof(day.Sum.DeadLettered)] = day.Sum.DeadLettered,
            [nameof(day.Sum.Healed)] = day.Sum.Healed,
        };

    private static HostRow RowOf(TableEntity entity) => new(
        entity.GetString(nameof(HostRow.Life)) ?? entity.RowKey,
        entity.GetString(nameof(HostRow.Machine)) ?? "",
        entity.GetInt32(nameof(HostRow.Process)) ?? 0,
        entity.GetDateTimeOffset(nameof(HostRow.StartedAt)) ?? default,
        entity.GetDateTimeOffset(nameof(HostRow.SeenAt)) ?? default,
        entity.GetString(nameof(HostRow.Group)) ?? "",
        SlotsOf(entity.GetString(nameof(HostRow.Slots))),
        entity.GetString("Error") is { } text && entity.GetDateTimeOffset("ErrorAt") is { } at ? new LastError(at, text) : null);

    // A row of another version, or one that somebody wrote by hand, tells nothing and hides no other.
    private static List<Slot> SlotsOf(string? json)
    {
        try
        {
            return [.. (JsonSerializer.Deserialize(json ?? "[]", HostRowsJson.Default.NullableInt64ArrayArray) ?? [])
                .Where(slot => slot is { Length: >= 6 })
                .Select(slot => new Slot(slot[0] ?? 0, slot[1] ?? 0, slot[2] ?? 0, slot[3] ?? 0, slot[4] ?? 0, slot[5]))];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static long Number(TableEntity entity, string column) =>
        entity.TryGetValue(column, out var value) && value is long number ? number : 0;

    private static DateOnly DayOf(string rowKey) =>
        DateOnly.TryParseExact(rowKey.AsSpan(DayPrefix.Length, Math.Min(10, rowKey.Length - DayPrefix.Length)), "yyyy-MM-dd",
            CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : default;
}

/// <summary>The shape of the slots in a row.</summary>
[JsonSerializable(typeof(long?[][]))]
internal sealed partial class HostRowsJson : JsonSerializerContext;
