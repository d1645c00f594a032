namespace FunctionsConsumers.Orders.Catalog;

/// <summary>The catalog that is written when table <c>catalog</c> is created.</summary>
public static class DefaultCatalog
{
    private const long OnHand = 1_000_000;

    /// <summary>The products.</summary>
    public static IReadOnlyList<CatalogProduct> Products { get; } =
    [
        new("Laptop", 1200.00m, OnHand),
        new("Phone", 399.00m, OnHand),
        new("Tablet", 499.00m, OnHand),
        new("Monitor", 249.50m, OnHand),
        new("Keyboard", 79.90m, OnHand),
        new("Mouse", 24.95m, OnHand),
        new("Headphones", 129.00m, OnHand),
        new("Camera", 649.00m, OnHand),
        new("Printer", 189.00m, OnHand),
        new("Router", 99.00m, OnHand),
    ];
}
