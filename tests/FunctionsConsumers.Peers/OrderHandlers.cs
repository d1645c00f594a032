using Npgsql;
using Wolverine;
using Wolverine.Persistence.Durability;
using Wolverine.RDBMS;

namespace FunctionsConsumers.Peers;

/// <summary>
/// One transaction for each message: the order's row and the inbox's mark that the message is handled, as Wolverine's own
/// transactional middleware writes them, here by plain SQL, which is faster than by a mapper.
/// </summary>
public static class TransactionHandler
{
    /// <summary>Handles one order.</summary>
    public static async Task Handle(
        OrderPlaced order, Envelope envelope, NpgsqlDataSource database, IMessageStore inbox, WolverineOptions options, Tally tally,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(envelope);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(tally);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var inserted = await Invoices.InsertAsync(connection, [order], cancellationToken);
        await ((IMessageDatabase)inbox).MarkIncomingEnvelopeAsHandledInTransactionAsync(
            connection, transaction, envelope, DateTimeOffset.UtcNow + options.Durability.KeepAfterMessageHandling, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        envelope.Status = EnvelopeStatus.Handled;
        tally.Committed(1, inserted);
    }
}

/// <summary>One statement for each batch. The inbox's marks are written afterwards, by Wolverine.</summary>
public static class BatchHandler
{
    /// <summary>Handles the orders of a batch.</summary>
    public static async Task Handle(OrderPlaced[] orders, NpgsqlDataSource database, Tally tally, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(orders);
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(tally);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);

        // In the order of their keys, since two batches that insert the same orders in two orders lock each other out.
        Array.Sort(orders, static (a, b) => string.CompareOrdinal(a.OrderId, b.OrderId));
        tally.Committed(orders.Length, await Invoices.InsertAsync(connection, orders, cancellationToken));
    }
}
