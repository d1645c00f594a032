namespace FunctionsConsumers.Cli.Audit;

/// <summary>The products the catalog knows, and what hangs on them.</summary>
/// <param name="products">The products.</param>
internal sealed class CatalogReading(IEnumerable<string> products)
{
    private readonly HashSet<string> _products = new(products, StringComparer.Ordinal);

    /// <summary>Whether a payload that reads as an order is one, now that the catalog is known.</summary>
    /// <param name="order">The payload.</param>
    /// <returns>Whether every product is in the catalog.</returns>
    public bool Allows(AuditedOrder order) => Array.TrueForAll(order.Lines, line => _products.Contains(line.Product));
}
