using System.Globalization;
using Azure;
using Azure.Data.Tables;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders.Catalog;
using FunctionsConsumers.Orders.Events;
using FunctionsConsumers.Orders.Inventory;

namespace FunctionsConsumers.Operations.Catalog;

/// <summary>
/// The catalog as a person looks at it and changes it. Running hosts read it anew every minute, and for a product they do not know
/// at once.
/// </summary>
/// <param name="services">Where the system is.</param>
public sealed class CatalogTable(OperatedServices services)
{
    private const string PriceColumn = "Price";
    private const string OnHandColumn = "OnHand";

    // What a row key of the catalog may not hold, and no product that an order can name needs.
    private static readonly char[] Forbidden = ['/', '\\', '#', '?'];

    private readonly TableClient _table = services.Tables.Clients[0].GetTableClient(TableCatalogSource.TableName);

    /// <summary>Lists the products.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The products by name.</returns>
    /// <exception cref="OperationException">There is no catalog.</exception>
    public async Task<IReadOnlyList<CatalogEntry>> ListAsync(CancellationToken cancellationToken)
    {
        var reserved = await ReservedAsync(cancellationToken);
        var entries = new List<CatalogEntry>();
        try
        {
            await foreach (var row in _table.QueryAsync<TableEntity>(
                $"PartitionKey eq '{TableCatalogSource.PartitionKey}'", cancellationToken: cancellationToken))
            {
                entries.Add(Entry(row, reserved.GetValueOrDefault(row.RowKey)));
            }
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            throw NoCatalog(missing);
        }

        return [.. entries.OrderBy(entry => entry.Product, StringComparer.Ordinal)];
    }

    /// <summary>Changes a product, or adds it.</summary>
    /// <param name="product">The product.</param>
    /// <param name="price">Its price; null to leave it.</param>
    /// <param name="onHand">Pieces on hand; null to leave them.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>The product as it is now, and whether it is new.</returns>
    /// <exception cref="OperationException">The product is new and has no price, its name or price is none, or somebody changed it
    /// meanwhile.</exception>
    public async Task<(CatalogEntry Entry, bool IsNew)> SetAsync(
        string product, string? price, long? onHand, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(product);
        if (product.Length is 0 or > 500 || product.IndexOfAny(Forbidden) >= 0 || product.Any(char.IsControl))
        {
            throw new OperationException(
                $"'{product}' cannot be the name of a product: 1 to 500 characters, none of them / \\ # ? or a control character");
        }

        decimal? amount = price is null ? null : Money.TryParse(price, out var parsed) ? parsed
            : throw new OperationException(
                $"'{price}' is no price: give a number of at least 0 with at most four decimals, such as 399.00");
        try
        {
            var found = await _table.GetEntityIfExistsAsync<TableEntity>(
                TableCatalogSource.PartitionKey, product, cancellationToken: cancellationToken);
            var row = new TableEntity(TableCatalogSource.PartitionKey, product);
            if (amount is { } given)
            {
                row[PriceColumn] = Money.Text(given);
            }

            if (onHand is { } pieces)
            {
                row[OnHandColumn] = pieces;
            }

            if (!found.HasValue)
            {
                row[PriceColumn] = amount is null
                    ? throw new OperationException($"the catalog has no {product}: to add it, give --price")
                    : row[PriceColumn];
                row[OnHandColumn] = onHand ?? 0;
                await _table.AddEntityAsync(row, cancellationToken);
            }
            else
            {
                await _table.UpdateEntityAsync(row, found.Value!.ETag, TableUpdateMode.Merge, cancellationToken);
            }

            var now = await _table.GetEntityAsync<TableEntity>(
                TableCatalogSource.PartitionKey, product, cancellationToken: cancellationToken);
            return (Entry(now.Value, (await ReservedAsync(cancellationToken)).GetValueOrDefault(product)), !found.HasValue);
        }
        catch (RequestFailedException race) when (race.Status is 409 or 412)
        {
            throw new OperationException($"somebody changed {product} meanwhile: look with fc catalog list, and set it again", race);
        }
        catch (RequestFailedException missing) when (TableAnswers.IsMissingTable(missing))
        {
            throw NoCatalog(missing);
        }
    }

    private OperationException NoCatalog(RequestFailedException missing) =>
        new($"account {_table.AccountName} has no table {TableCatalogSource.TableName}: start ./run once, which makes it, "
            + $"or check --tables (setting {services.Tables.Setting})", missing);

    private static CatalogEntry Entry(TableEntity row, long reserved)
    {
        var onHand = row.TryGetValue(OnHandColumn, out var pieces) ? Convert.ToInt64(pieces, CultureInfo.InvariantCulture) : 0;
        return new CatalogEntry(
            row.RowKey, row.TryGetValue(PriceColumn, out var price) ? Convert.ToString(price, CultureInfo.InvariantCulture) ?? "" : "",
            onHand, reserved, onHand - reserved);
    }

    private async Task<Dictionary<string, long>> ReservedAsync(CancellationToken cancellationToken)
    {
        var reserved = new Dictionary<string, long>(StringComparer.Ordinal);
        if (await GroupTable.FindAsync(services.Tables, ReservationConsumer.GroupName, cancellationToken) is not { } table)
        {
            return reserved;
        }

        const string Prefix = ReservationConsumer.CounterKind + "!";
        foreach (var bucket in new Buckets(table.Buckets).All)
        {
            await foreach (var row in table.Store.ScanAsync(bucket, Prefix, [ReservationConsumer.CounterColumn], cancellationToken))
            {
                // stock!<product>!<topic>:<partition>; of a name too long for a key only its hash is left, and it belongs to no
                // product here.
                var part = row.RowKey[Prefix.Length..row.RowKey.LastIndexOf('!')];
                if (!part.StartsWith("==", StringComparison.Ordinal))
                {
                    var product = RowKey.Unescape(part);
                    reserved[product] = reserved.GetValueOrDefault(product) + (row.Number(ReservationConsumer.CounterColumn) ?? 0);
                }
            }
        }

        return reserved;
    }
}
