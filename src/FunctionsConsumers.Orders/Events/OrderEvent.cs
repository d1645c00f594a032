using FunctionsConsumers.Orders.Reading;

namespace FunctionsConsumers.Orders.Events;

/// <summary>
/// An order that was placed. Only <see cref="OrderDecoder" /> makes one from a record, and only from a record that keeps
/// every rule; so nobody has to check it again.
/// </summary>
/// <param name="OrderId">The order's id, 1 to 200 characters without control characters: the subject of the event.</param>
/// <param name="CustomerId">The customer's id; null where the order has none.</param>
/// <param name="Email">Where the confirmation goes, one plain address; null where the order has none.</param>
/// <param name="Currency">The currency of all its prices, three capital letters.</param>
/// <param name="Lines">1 to 500 lines in the order's own order; lines of one product stay separate.</param>
/// <param name="PlacedAt">When the order was placed; null where it does not say.</param>
public sealed record OrderEvent(
    string OrderId,
    string? CustomerId,
    string? Email,
    string Currency,
    IReadOnlyList<OrderLine> Lines,
    DateTimeOffset? PlacedAt)
{
    /// <summary>
    /// The exact sum of quantity × unit price. The decoder lets no order through whose sum a decimal with four decimals
    /// cannot hold, so nothing is rounded here.
    /// </summary>
    public decimal Total
    {
        get
        {
            var total = 0m;
            for (var i = 0; i < Lines.Count; i++)
            {
                total += Lines[i].Amount;
            }

            return total;
        }
    }

    /// <summary>The quantities added up by product, in the order in which the products first occur.</summary>
    /// <returns>At most 90 products with 1 to 500,000,000 pieces each.</returns>
    public IReadOnlyList<KeyValuePair<string, long>> QuantitiesByProduct()
    {
        if (Lines is [var only])
        {
            return [KeyValuePair.Create(only.Product, (long)only.Quantity)];
        }

        // An OrderedDictionary keeps the order of the first insertion.
        var sums = new OrderedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in Lines)
        {
            sums.TryGetValue(line.Product, out var sum);
            sums[line.Product] = sum + line.Quantity;
        }

        return [.. sums];
    }
}

/// <summary>A line of an order.</summary>
/// <param name="Product">The product, as the catalog names it.</param>
/// <param name="Quantity">How many pieces, 1 to 1,000,000.</param>
/// <param name="UnitPrice">The price of one piece, at least 0, with at most four decimals: the order's own, or the catalog's.</param>
public sealed record OrderLine(string Product, int Quantity, decimal UnitPrice)
{
    /// <summary>Quantity × unit price, exact.</summary>
    public decimal Amount => Quantity * UnitPrice;
}
