using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace FunctionsConsumers.Peers;

/// <summary>The effect: one row for each order, with the columns that billing writes.</summary>
public static class Invoices
{
    private const string Table = """
        create table invoices (
            order_id text primary key, customer_id text not null, currency text not null, total numeric not null, lines text not null)
        """;

    private const string Insert = """
        insert into invoices (order_id, customer_id, currency, total, lines)
        select * from unnest(@ids, @customers, @currencies, @totals, @lines)
        on conflict do nothing
        """;

    /// <summary>Makes the table.</summary>
    public static async Task MakeAsync(NpgsqlDataSource database)
    {
        ArgumentNullException.ThrowIfNull(database);
        await using var command = database.CreateCommand(Table);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Inserts the invoices of orders with one statement, whose plan the connection keeps.</summary>
    /// <returns>How many were new.</returns>
    public static async Task<int> InsertAsync(
        NpgsqlConnection connection, IReadOnlyList<OrderPlaced> orders, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(orders);
        var lines = orders.Select(order => order.Priced()).ToArray();
        await using var command = new NpgsqlCommand(Insert, connection);
        Add("ids", NpgsqlDbType.Text, orders.Select(order => order.OrderId).ToArray());
        Add("customers", NpgsqlDbType.Text, orders.Select(order => order.CustomerId ?? "").ToArray());
        Add("currencies", NpgsqlDbType.Text, orders.Select(order => order.Currency ?? "EUR").ToArray());
        Add("totals", NpgsqlDbType.Numeric, lines.Select(all => all.Sum(line => line.Quantity * line.UnitPrice!.Value)).ToArray());
        Add("lines", NpgsqlDbType.Text, lines.Select(all => JsonSerializer.Serialize(all, JsonSerializerOptions.Web)).ToArray());
        return await command.ExecuteNonQueryAsync(cancellationToken);

        void Add<T>(string name, NpgsqlDbType type, T[] values) =>
            command.Parameters.Add(new NpgsqlParameter<T[]>(name, NpgsqlDbType.Array | type) { TypedValue = values });
    }
}
