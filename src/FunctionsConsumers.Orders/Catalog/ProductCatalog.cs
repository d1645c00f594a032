using System.Collections.Concurrent;
using System.Collections.Frozen;
using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Orders.Catalog;

/// <summary>
/// The catalog as it was read last: an immutable snapshot, replaced as a whole. A product that is not in it is looked up
/// again before anybody calls it unknown, each at most every <see cref="LookAgainAfter" />.
/// </summary>
/// <param name="source">Where the catalog is kept.</param>
/// <param name="time">The clock.</param>
public sealed class ProductCatalog(ICatalogSource source, TimeProvider time)
{
    // Producers can make up any number of names, so the number remembered is limited. A name forgotten too
    // early costs one more reading.
    private const int MaxAbsent = 10_000;

    private readonly ConcurrentDictionary<string, bool> _wanted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _absent = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private FrozenDictionary<string, CatalogProduct> _products = FrozenDictionary<string, CatalogProduct>.Empty;
    private Task? _reading;

    /// <summary>How long a product that was looked up and not found is not looked up again: 5 seconds.</summary>
    public static TimeSpan LookAgainAfter { get; } = TimeSpan.FromSeconds(5);

    /// <summary>The products as they were read last; empty before the first reading.</summary>
    public IReadOnlyCollection<CatalogProduct> Products => Volatile.Read(ref _products).Values;

    /// <summary>Finds a product in what was read last; one that is not there is noted for <see cref="LookAgainAsync" />.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The product; null where it is not there.</returns>
    public CatalogProduct? Find(string name)
    {
        if (Volatile.Read(ref _products).TryGetValue(name, out var product))
        {
            return product;
        }

        if (!_absent.TryGetValue(name, out var lookedUp) || time.GetElapsedTime(lookedUp) >= LookAgainAfter)
        {
            _wanted.TryAdd(name, true);
        }

        return null;
    }

    /// <summary>
    /// Reads the catalog again if a product was not found that has not been looked up for <see cref="LookAgainAfter" />;
    /// otherwise returns at once.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting; a reading that others wait for goes on.</param>
    /// <returns>When every product that was not found has been looked up.</returns>
    /// <exception cref="StoreUnavailableException">The catalog could not be read; what was read before stands.</exception>
    /// <exception cref="SettingException">A setting or a row is wrong; what was read before stands.</exception>
    public async ValueTask LookAgainAsync(CancellationToken cancellationToken)
    {
        // The first reading may have been under way when the product was noted; the second one then answers it.
        for (var i = 0; i < 2 && !_wanted.IsEmpty; i++)
        {
            await ReadAsync(cancellationToken);
        }
    }

    /// <summary>Reads the catalog now; callers at the same time share one reading.</summary>
    /// <param name="cancellationToken">Ends the waiting; a reading that others wait for goes on.</param>
    /// <returns>When it is read.</returns>
    /// <exception cref="StoreUnavailableException">The catalog could not be read; what was read before stands.</exception>
    /// <exception cref="SettingException">A setting or a row is wrong; what was read before stands.</exception>
    public Task ReadAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_reading is null || _reading.IsCompleted)
            {
                _reading = ReadOnceAsync();
            }

            return _reading.WaitAsync(cancellationToken);
        }
    }

    private async Task ReadOnceAsync()
    {
        var began = time.GetTimestamp();
        var asked = _wanted.Keys;
        var products = (await source.ReadAsync(CancellationToken.None)).ToFrozenDictionary(
            product => product.Name, StringComparer.Ordinal);
        Volatile.Write(ref _products, products);
        foreach (var (name, lookedUp) in _absent)
        {
            if (_absent.Count > MaxAbsent || time.GetElapsedTime(lookedUp) >= LookAgainAfter)
            {
                _absent.TryRemove(name, out _);
            }
        }

        foreach (var name in asked)
        {
            if (!products.ContainsKey(name))
            {
                _absent[name] = began;
            }

            _wanted.TryRemove(name, out _);
        }
    }
}
