using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Spilling;

namespace FunctionsConsumers.Audit.Tables;

/// <summary>
/// Reads the tables for the audit, by the contract's own words for rows and columns and with nothing of the library that
/// wrote them. Every partition key is covered, not only the buckets: an effect in a place where none belongs must show.
/// </summary>
/// <param name="accounts">One client for each account.</param>
internal sealed class TableReader(IReadOnlyList<TableServiceClient> accounts)
{
    // Each holds a page in memory.
    private const int AtOnce = 4;
    private const int StillTries = 10;
    private const int DefaultBuckets = 16;

    private static readonly string[] Columns =
        ["PartitionKey", "RowKey", "State", "OrderId", "Fingerprint", "Topic", "Partition", "Offset", "AppliedAt", "Lines", "Currency",
            "Total", "To", "Channel", "Reserved", "Messages"];

    private static readonly string[] SkippedColumns = ["Topic", "Partition", "From", "To", "SkippedAt"];

    private static readonly string[] StockColumns = ["RowKey", "Reserved"];

    private readonly Dictionary<string, (TableClient Table, string Bucket)> _foundIn = [];

    /// <summary>Reads the catalog.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The catalog.</returns>
    /// <exception cref="AuditException">There is no catalog.</exception>
    public async Task<CatalogReading> ReadCatalogAsync(CancellationToken cancellationToken)
    {
        var prices = new Dictionary<string, decimal>(StringComparer.Ordinal);
        try
        {
            foreach (var client in accounts)
            {
                await foreach (var row in client.GetTableClient("catalog").QueryAsync<TableEntity>("PartitionKey eq 'catalog'", 1000,
                    ["RowKey", "Price"], cancellationToken))
                {
                    if (decimal.TryParse(row.GetString("Price"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                        out var price))
                    {
                        prices[EscapedKey.Read(row.RowKey)] = price;
                    }
                }
            }
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            throw new AuditException(
                "the tables hold no catalog, so no order can be told from poison: start ./run once, or check --tables (setting "
                + "OrderTables)", missing);
        }

        return new CatalogReading(prices);
    }

    /// <summary>
    /// Whether anything is left in a group's outbox. Asked again and again while an outbox empties, so it looks first
    /// where it found something last: the tables have other work to do.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Whether anything is.</returns>
    public async Task<bool> HasOutboxAsync(string group, CancellationToken cancellationToken)
    {
        if (_foundIn.TryGetValue(group, out var last) && await HasOutboxAsync(last.Table, last.Bucket, cancellationToken))
        {
            return true;
        }

        foreach (var client in accounts)
        {
            var table = client.GetTableClient(group);
            foreach (var bucket in await BucketsAsync(table, cancellationToken))
            {
                if (await HasOutboxAsync(table, bucket, cancellationToken))
                {
                    _foundIn[group] = (table, bucket);
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Reads a group's table.</summary>
    /// <param name="group">The group.</param>
    /// <param name="spill">Keeps what is noted of it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What it holds.</returns>
    /// <exception cref="AuditException">A bucket never held still while it was read, or nothing more can be noted.</exception>
    public async Task<TableReading> ReadAsync(string group, Spill spill, CancellationToken cancellationToken)
    {
        var reading = new TableReading(group, spill);
        foreach (var client in accounts)
        {
            var table = client.GetTableClient(group);
            var buckets = await BucketsAsync(table, cancellationToken);
            await Parallel.ForEachAsync(Ranges(buckets),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (filter, token) => await ReadStillAsync(table, filter, reading, token));
        }

        await ReadSkippedAsync(reading, cancellationToken);
        return reading;
    }

    // Progress of all groups stands in the first account. Where there is no such table nobody has skipped anything.
    private async Task ReadSkippedAsync(TableReading reading, CancellationToken cancellationToken)
    {
        var rows = accounts[0].GetTableClient("progress").QueryAsync<TableEntity>(
            $"PartitionKey eq 'skipped-{reading.Group}'", 1000, SkippedColumns, cancellationToken);
        try
        {
            await foreach (var row in rows)
            {
                if (row.GetString("Topic") is { } topic && row.GetInt32("Partition") is { } partition && row.GetInt64("From") is { } from
                    && row.GetInt64("To") is { } to && row.GetDateTimeOffset("SkippedAt") is { } at)
                {
                    reading.Skipped.Add(new SkippedOffsets(topic, partition, from, to, at.UtcDateTime));
                }
            }
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            reading.Skipped.Clear();
        }
    }

    // Counters and reservations of a bucket have to be read at one moment. Every reservation changes a counter in the same
    // transaction, so counters that are the same before and after the reading say that nothing was reserved meanwhile.
    private static async Task ReadStillAsync(
        TableClient table, string filter, TableReading reading, CancellationToken cancellationToken)
    {
        var keepsStock = EffectRules.KeepsStock(reading.Group);
        var rows = new EffectRows(reading.Group);
        for (var tries = 0; tries < StillTries; tries++)
        {
            var before = keepsStock ? await CountersAsync(table, filter, cancellationToken) : [];
            var counters = new HashSet<(string, long?)>();
            var range = reading.Begin();
            await foreach (var row in table.QueryAsync<TableEntity>(filter, 1000, Columns, cancellationToken))
            {
                rows.Add(row, range);
                if (keepsStock && IsCounter(row))
                {
                    counters.Add(Counter(row));
                }
            }

            if (!keepsStock || before.SetEquals(counters))
            {
                range.Keep();
                return;
            }
        }

        throw new AuditException($"table {table.Name} kept changing while its stock was read: audit again when fewer orders arrive");
    }

    private static async Task<HashSet<(string, long?)>> CountersAsync(
        TableClient table, string filter, CancellationToken cancellationToken)
    {
        var counters = new HashSet<(string, long?)>();
        await foreach (var row in table.QueryAsync<TableEntity>(filter + " and RowKey ge 'stock!' and RowKey lt 'stock\"'", 1000,
            StockColumns, cancellationToken))
        {
            counters.Add(Counter(row));
        }

        return counters;
    }

    private static async Task<bool> HasOutboxAsync(TableClient table, string bucket, CancellationToken cancellationToken)
    {
        var filter = $"PartitionKey eq '{bucket}' and RowKey ge 'outbox!' and RowKey lt 'outbox\"'";
        await foreach (var _ in table.QueryAsync<TableEntity>(filter, 1, ["RowKey"], cancellationToken))
        {
            return true;
        }

        return false;
    }

    private static bool IsCounter(TableEntity row) => row.RowKey.StartsWith("stock!", StringComparison.Ordinal);

    private static (string RowKey, long? Reserved) Counter(TableEntity row) => (row.RowKey, row.GetInt64("Reserved"));

    private static async Task<IReadOnlyList<string>> BucketsAsync(TableClient table, CancellationToken cancellationToken)
    {
        var meta = await table.GetEntityIfExistsAsync<TableEntity>("meta", "table", ["Buckets"], cancellationToken);
        var count = meta.HasValue ? meta.Value!.GetInt32("Buckets") ?? DefaultBuckets : DefaultBuckets;
        return [.. Enumerable.Range(0, count).Select(bucket => string.Create(CultureInfo.InvariantCulture, $"b{bucket:D3}"))];
    }

    // From each bucket up to the next one; the first and the last reach to the ends, so that no key lies outside.
    private static IEnumerable<string> Ranges(IReadOnlyList<string> buckets) => buckets.Select((bucket, at) =>
        $"PartitionKey ge '{(at == 0 ? "" : bucket)}'" + (at == buckets.Count - 1 ? "" : $" and PartitionKey lt '{buckets[at + 1]}'"));
}

/// <summary>Parts of row keys as they are written: a character that a key cannot hold is <c>=</c> and four hex digits.</summary>
internal static class EscapedKey
{
    /// <summary>Gives back the text.</summary>
    /// <param name="escaped">The part.</param>
    /// <returns>The text; where something in it is no such escape, as it stands.</returns>
    public static string Read(string escaped)
    {
        if (!escaped.Contains('=', StringComparison.Ordinal))
        {
            return escaped;
        }

        var text = new StringBuilder(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] == '=' && i + 4 < escaped.Length
                && ushort.TryParse(escaped.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
            {
                text.Append((char)unit);
                i += 4;
            }
            else
            {
                text.Append(escaped[i]);
            }
        }

        return text.ToString();
    }
}
