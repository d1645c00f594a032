using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Orders.Catalog;

/// <summary>Where the catalog is kept.</summary>
public interface ICatalogSource
{
    /// <summary>Reads the whole catalog.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The products, each name once.</returns>
    /// <exception cref="StoreUnavailableException">No answer, one that says to come back later, or a catalog without products.</exception>
    /// <exception cref="SettingException">The account or the credential is refused, or a row is no product.</exception>
    Task<IReadOnlyList<CatalogProduct>> ReadAsync(CancellationToken cancellationToken);
}
