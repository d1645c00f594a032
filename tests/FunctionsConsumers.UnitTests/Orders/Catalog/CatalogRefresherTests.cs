using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Catalog;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsConsumers.UnitTests.Orders.Catalog;

public sealed class CatalogRefresherTests
{
    private readonly ScriptedSource _source = new() { Products = { new CatalogProduct("Phone", 399m, 10) } };
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task The_catalog_is_read_at_the_start_and_every_minute_and_a_failure_stops_nothing()
    {
        _source.Failure = new SettingException("a row is no product");
        using var refresher = new CatalogRefresher(new ProductCatalog(_source, _time), _time, NullLogger<CatalogRefresher>.Instance);

        await refresher.StartAsync(TestContext.Current.CancellationToken);
        await _source.AskedAsync();
        await AdvanceUntilAskedAsync(ProductCatalog.LookAgainAfter);
        _source.Failure = null;
        await AdvanceUntilAskedAsync(ProductCatalog.LookAgainAfter);
        await AdvanceUntilAskedAsync(CatalogRefresher.Period);

        Assert.False(refresher.ExecuteTask!.IsCompleted);
        await refresher.StopAsync(TestContext.Current.CancellationToken);
        Assert.True(_source.Readings >= 4);
    }

    // The refresher sets its timer on its own thread, so the clock is moved until it has heard.
    private async Task AdvanceUntilAskedAsync(TimeSpan by)
    {
        var asked = _source.AskedAsync();
        while (!asked.IsCompleted)
        {
            _time.Advance(by);
            await Task.Yield();
        }
    }
}
