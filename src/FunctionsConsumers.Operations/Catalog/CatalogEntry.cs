namespace FunctionsConsumers.Operations.Catalog;

/// <summary>A product of the catalog, with what the orders have reserved of it.</summary>
/// <param name="Product">The product.</param>
/// <param name="Price">Its price in EUR, as text with at least two decimals.</param>
/// <param name="OnHand">Pieces on hand.</param>
/// <param name="Reserved">Pieces that orders have reserved.</param>
/// <param name="Left">Pieces left; below zero is a back order.</param>
public sealed record CatalogEntry(string Product, string Price, long OnHand, long Reserved, long Left);
