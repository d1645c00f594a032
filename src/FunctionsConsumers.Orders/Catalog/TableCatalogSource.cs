using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using Azure.Identity;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.Orders.Catalog;

/// <summary>
/// The catalog in table <c>catalog</c>: partition <c>catalog</c>, a row for each product, its name as the row key, with
/// <c>Price</c> as text and <c>OnHand</c>. Whoever finds no table makes it and writes the default catalog, in one
/// transaction of inserts: of two hosts that start at once one writes it, and none doubles it. Before that it leaves a note of
/// it in table <c>progress</c>, so that a host that dies between the two leaves its work to the next one. A table that is there
/// without such a note is somebody's, empty or not, and never written to.
/// </summary>
/// <param name="account">The account that holds the table.</param>
/// <param name="time">The clock.</param>
public sealed class TableCatalogSource(TableServiceClient account, TimeProvider time) : ICatalogSource
{
    /// <summary>The table's name.</summary>
    public const string TableName = "catalog";

    /// <summary>The partition that holds the products.</summary>
    public const string PartitionKey = "catalog";

    /// <summary>The table that holds the note, one of the library's.</summary>
    public const string NoteTable = "progress";

    /// <summary>The note's row key; its partition is <see cref="PartitionKey" />.</summary>
    public const string NoteRow = "seeding";

    private const string PriceColumn = "Price";
    private const string OnHandColumn = "OnHand";

    // Several callers may wait for one reading, so none of them can end it; it ends itself.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private bool _isNoteGone;

    /// <inheritdoc />
    public async Task<IReadOnlyList<CatalogProduct>> ReadAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await ReadOrSeedAsync(ending.Token);
        }
        catch (RequestFailedException failure) when (failure.Status is 401 or 403)
        {
            throw new SettingException(
                $"OrderTables: account {account.AccountName} refuses table {TableName} ({failure.Status} "
                + $"{failure.ErrorCode ?? "without a code"}): check the account key, or give the identity the role Storage Table Data "
                + $"Contributor.", failure);
        }
        catch (AuthenticationFailedException failure)
        {
            // The token service may be away. Where the identity is wrong, the groups' tables do not open and say so.
            throw new StoreUnavailableException(
                $"OrderTables: no token for account {account.AccountName}: check OrderTables__clientId and the identity "
                + $"({FirstLine(failure)}).", failure);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreUnavailableException(
                $"Table {TableName} of account {account.AccountName} did not answer within {Patience.TotalSeconds} s.", failure);
        }

        // Whatever else comes out of the client is no answer: an answer cut off comes as an exception of many a kind.
        catch (Exception failure) when (failure is not (OperationCanceledException or SettingException or StoreUnavailableException))
        {
            throw new StoreUnavailableException(
                $"Table {TableName} of account {account.AccountName} could not be read: {FirstLine(failure)}", failure);
        }
    }

    private async Task<IReadOnlyList<CatalogProduct>> ReadOrSeedAsync(CancellationToken cancellationToken)
    {
        var table = account.GetTableClient(TableName);
        List<CatalogProduct> products;
        try
        {
            products = await ReadRowsAsync(table, cancellationToken);
        }
        catch (RequestFailedException failure) when (failure.Status == 404)
        {
            await LeaveNoteAsync(cancellationToken);
            await CreateAsync(table, cancellationToken);
            products = await ReadRowsAsync(table, cancellationToken);
        }

        // A host made the table and died before it wrote to it, or is about to: whoever is first writes it.
        if (products.Count == 0 && await IsNotedAsync(cancellationToken))
        {
            await SeedAsync(table, cancellationToken);
            products = await ReadRowsAsync(table, cancellationToken);
        }

        if (products.Count > 0)
        {
            await RemoveNoteAsync(cancellationToken);
        }

        // To go on without products would make poison of every order.
        return products.Count > 0 ? products : throw new StoreUnavailableException(
            $"Table {TableName} of account {account.AccountName} holds no product: add some, or delete the table to have the default "
            + $"catalog written.");
    }

    private static async Task<List<CatalogProduct>> ReadRowsAsync(TableClient table, CancellationToken cancellationToken)
    {
        List<CatalogProduct> products = [];
        await foreach (var row in table.QueryAsync<TableEntity>($"PartitionKey eq '{PartitionKey}'", cancellationToken: cancellationToken))
        {
            products.Add(Product(row));
        }

        return products;
    }

    private async Task LeaveNoteAsync(CancellationToken cancellationToken)
    {
        var notes = account.GetTableClient(NoteTable);
        await notes.CreateIfNotExistsAsync(cancellationToken);
        await notes.UpsertEntityAsync(new TableEntity(PartitionKey, NoteRow), TableUpdateMode.Replace, cancellationToken);
    }

    private async Task<bool> IsNotedAsync(CancellationToken cancellationToken) =>
        (await account.GetTableClient(NoteTable).GetEntityIfExistsAsync<TableEntity>(PartitionKey, NoteRow,
            cancellationToken: cancellationToken)).HasValue;

    // Once in a process. From then on an empty table is one that somebody emptied.
    private async Task RemoveNoteAsync(CancellationToken cancellationToken)
    {
        if (_isNoteGone)
        {
            return;
        }

        try
        {
            await account.GetTableClient(NoteTable).DeleteEntityAsync(PartitionKey, NoteRow, cancellationToken: cancellationToken);
            _isNoteGone = true;
        }
        catch (RequestFailedException failure)
        {
            // Not there, or no answer: the products were read all the same, and the next reading tries again where it has to.
            _isNoteGone = failure.Status == 404;
        }
    }

    // Whoever saw that there was no table may write the default catalog, whoever made the table then: a 409 may be the
    // answer to one's own request, sent again by the client after its first answer was lost.
    private async Task CreateAsync(TableClient table, CancellationToken cancellationToken)
    {
        try
        {
            await account.CreateTableAsync(TableName, cancellationToken);
        }
        catch (RequestFailedException failure) when (failure.ErrorCode is { } code && code == TableErrorCode.TableAlreadyExists)
        {
        }

        await SeedAsync(table, cancellationToken);
    }

    private static async Task SeedAsync(TableClient table, CancellationToken cancellationToken)
    {
        try
        {
            await table.SubmitTransactionAsync(
                DefaultCatalog.Products.Select(product => new TableTransactionAction(TableTransactionActionType.Add, Row(product))),
                cancellationToken);
        }
        catch (TableTransactionFailedException failure) when (failure.Status == 409)
        {
            // Another host wrote it, or this one's first request did.
        }
    }

    private static TableEntity Row(CatalogProduct product) => new(PartitionKey, product.Name)
    {
        [PriceColumn] = Money.Text(product.Price),
        [OnHandColumn] = product.OnHand,
    };

    private static CatalogProduct Product(TableEntity row)
    {
        if (!row.TryGetValue(PriceColumn, out var price) || price is not string text || !Money.TryParse(text, out var amount))
        {
            throw BadRow(row, PriceColumn, price,
                "write a price of at least 0 with at most four decimals as text, for example \"399.00\"");
        }

        row.TryGetValue(OnHandColumn, out var onHand);
        return new CatalogProduct(row.RowKey, amount, onHand switch
        {
            long pieces => pieces,
            int pieces => pieces,
            null => 0,
            _ => throw BadRow(row, OnHandColumn, onHand, "write the pieces on hand as a whole number (Int64)"),
        });
    }

    private static SettingException BadRow(TableEntity row, string column, object? value, string fix) => new(
        $"Table {TableName}, row {JsonText.Quote(row.RowKey)}: column {column} {Shown(value)}: {fix}.");

    private static string Shown(object? value) => value switch
    {
        null => "is missing",
        string text => $"is {JsonText.Quote(text)}",
        _ => string.Create(CultureInfo.InvariantCulture, $"is {value} of type {value.GetType().Name}"),
    };

    private static string FirstLine(Exception failure) =>
        (failure is AggregateException { InnerExceptions: [.., var last] } ? last : failure).Message.Split('\n')[0].TrimEnd();
}
