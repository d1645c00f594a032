using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace FunctionsConsumers.UnitTests.Orders.Catalog;

/// <summary>The table <c>catalog</c> of an account, as far as the catalog asks for it.</summary>
internal sealed class FakeTableService() : TableServiceClient("UseDevelopmentStorage=true")
{
    public Dictionary<string, TableEntity>? Rows { get; set; }

    public Exception? Failure { get; set; }

    /// <summary>Happens between finding no table and making one: what another host does at that moment.</summary>
    public Action? BeforeCreate { get; set; }

    public Exception? AfterCreate { get; set; }

    public int Seedings { get; private set; }

    /// <summary>Whether it is noted that a host is making the catalog.</summary>
    public bool IsNoted { get; set; }

    public override TableClient GetTableClient(string tableName)
    {
        if (tableName == "progress")
        {
            return new FakeNotes(this);
        }

        Assert.Equal("catalog", tableName);
        return new FakeTable(this);
    }

    public override Task<Response<TableItem>> CreateTableAsync(string tableName, CancellationToken cancellationToken = default)
    {
        BeforeCreate?.Invoke();
        if (Rows is not null)
        {
            throw new RequestFailedException(409, "exists", TableErrorCode.TableAlreadyExists.ToString(), null);
        }

        Rows = [];
        return AfterCreate is { } failure
            ? Task.FromException<Response<TableItem>>(failure)
            : Task.FromResult(Response.FromValue(new TableItem(tableName), null!));
    }

    public static TableEntity Row(string name, object? price, object? onHand = null)
    {
        var row = new TableEntity("catalog", name);
        if (price is not null)
        {
            row["Price"] = price;
        }

        if (onHand is not null)
        {
            row["OnHand"] = onHand;
        }

        return row;
    }

    /// <summary>Table <c>progress</c>, of which the catalog knows one row.</summary>
    private sealed class FakeNotes(FakeTableService service) : TableClient("UseDevelopmentStorage=true", "progress")
    {
        public override Task<Response<TableItem>> CreateIfNotExistsAsync(CancellationToken cancellationToken = default) =>
            Task.FromResult(Response.FromValue(new TableItem("progress"), null!));

        public override Task<Response> UpsertEntityAsync<T>(
            T entity, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default)
        {
            Assert.Equal(("catalog", "seeding"), (entity.PartitionKey, entity.RowKey));
            service.IsNoted = true;
            return Task.FromResult<Response>(null!);
        }

        public override Task<NullableResponse<T>> GetEntityIfExistsAsync<T>(
            string partitionKey, string rowKey, IEnumerable<string>? select = null, CancellationToken cancellationToken = default) =>
            Task.FromResult<NullableResponse<T>>(new Found<T>(service.IsNoted));

        public override Task<Response> DeleteEntityAsync(
            string partitionKey, string rowKey, ETag ifMatch = default, CancellationToken cancellationToken = default)
        {
            service.IsNoted = false;
            return Task.FromResult<Response>(null!);
        }
    }

    private sealed class Found<T>(bool isThere) : NullableResponse<T>
    {
        public override bool HasValue => isThere;

        public override T? Value => default;

        public override Response GetRawResponse() => null!;
    }

    private sealed class FakeTable(FakeTableService service) : TableClient("UseDevelopmentStorage=true", "catalog")
    {
        public override AsyncPageable<T> QueryAsync<T>(
            string? filter = null, int? maxPerPage = null, IEnumerable<string>? select = null,
            CancellationToken cancellationToken = default)
        {
            Assert.Equal("PartitionKey eq 'catalog'", filter);
            return service.Failure is { } failure ? throw failure

                    : service.Rows is not { } rows
                    ? throw new RequestFailedException(404, "none", TableErrorCode.TableNotFound.ToString(), null)
                : AsyncPageable<T>.FromPages([Page<T>.FromValues([.. rows.Values.Cast<T>()], null, null!)]);
        }

        public override Task<Response<IReadOnlyList<Response>>> SubmitTransactionAsync(
            IEnumerable<TableTransactionAction> transactionActions, CancellationToken cancellationToken = default)
        {
            var actions = transactionActions.ToList();
            Assert.All(actions, action => Assert.Equal(TableTransactionActionType.Add, action.ActionType));
            Assert.All(actions, action => Assert.Equal("catalog", action.Entity.PartitionKey));
            if (actions.Exists(action => service.Rows!.ContainsKey(action.Entity.RowKey)))
            {
                throw new TableTransactionFailedException(
                    new RequestFailedException(409, "0:exists", TableErrorCode.EntityAlreadyExists.ToString(), null));
            }

            actions.ForEach(action => service.Rows!.Add(action.Entity.RowKey, (TableEntity)action.Entity));
            service.Seedings++;
            return Task.FromResult(Response.FromValue<IReadOnlyList<Response>>([], null!));
        }
    }
}
