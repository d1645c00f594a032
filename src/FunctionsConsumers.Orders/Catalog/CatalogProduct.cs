namespace FunctionsConsumers.Orders.Catalog;

/// <summary>A product of the catalog.</summary>
/// <param name="Name">The name by which orders call it; compared by its characters, capitals included.</param>
/// <param name="Price">The price of one piece in EUR, at least 0, with two to four decimals.</param>
/// <param name="OnHand">How many pieces there are before what orders reserved.</param>
public sealed record CatalogProduct(string Name, decimal Price, long OnHand);
