using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Orders.Catalog;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsConsumers.UnitTests.Orders.Catalog;

public sealed class ProductCatalogTests
{
    private static readonly CatalogProduct Phone = new("Phone", 399m, 10);
    private static readonly CatalogProduct Drone = new("Drone", 99m, 10);
    private readonly ScriptedSource _source = new() { Products = { Phone } };
    private readonly FakeTimeProvider _time = new();
    private readonly ProductCatalog _catalog;

    public ProductCatalogTests() => _catalog = new ProductCatalog(_source, _time);

    private ValueTask LookAgainAsync() => _catalog.LookAgainAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task Nothing_is_known_before_the_first_reading_and_the_first_look_reads()
    {
        Assert.Null(_catalog.Find("Phone"));

        await LookAgainAsync();

        Assert.Equal(Phone, _catalog.Find("Phone"));
        Assert.Equal([Phone], _catalog.Products);
        Assert.Equal(1, _source.Readings);
    }

    [Fact]
    public async Task What_was_found_is_not_looked_up_again()
    {
        await _catalog.ReadAsync(TestContext.Current.CancellationToken);
        _catalog.Find("Phone");
        _time.Advance(TimeSpan.FromHours(1));

        await LookAgainAsync();

        Assert.Equal(1, _source.Readings);
    }

    [Fact]
    public async Task A_product_added_since_is_found_by_looking_again_however_young_the_last_reading_is()
    {
        await _catalog.ReadAsync(TestContext.Current.CancellationToken);
        _source.Products.Add(Drone);
        Assert.Null(_catalog.Find("Drone"));

        await LookAgainAsync();

        Assert.Equal(Drone, _catalog.Find("Drone"));
    }

    [Fact]
    public async Task A_product_that_is_not_there_is_looked_up_at_most_every_5_seconds()
    {
        for (var tenths = 0; tenths < 100; tenths++)
        {
            Assert.Null(_catalog.Find("Zeppelin"));
            await LookAgainAsync();
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(2, _source.Readings);
    }

    [Fact]
    public async Task A_new_snapshot_replaces_the_old_one_as_a_whole()
    {
        await _catalog.ReadAsync(TestContext.Current.CancellationToken);
        _source.Products.Clear();
        _source.Products.Add(Phone with { Price = 1m });
        _source.Products.Add(Drone);

        await _catalog.ReadAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1m, _catalog.Find("Phone")?.Price);
        Assert.Equal(2, _catalog.Products.Count);
    }

    [Fact]
    public async Task A_failed_reading_is_reported_leaves_what_was_read_and_is_tried_again()
    {
        await _catalog.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Null(_catalog.Find("Drone"));
        _source.Failure = new StoreUnavailableException("away");

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await LookAgainAsync());
        Assert.Equal(Phone, _catalog.Find("Phone"));

        _source.Failure = null;
        _source.Products.Add(Drone);
        await LookAgainAsync();
        Assert.Equal(Drone, _catalog.Find("Drone"));
    }

    [Fact]
    public async Task Callers_at_the_same_time_share_one_reading()
    {
        _source.Hold = true;
        var first = _catalog.ReadAsync(TestContext.Current.CancellationToken);
        var second = _catalog.ReadAsync(TestContext.Current.CancellationToken);

        _source.Answer();
        await Task.WhenAll(first, second);

        Assert.Equal(1, _source.Readings);
    }

    [Fact]
    public async Task A_reading_under_way_does_not_answer_for_a_product_that_was_asked_for_later()
    {
        _source.Hold = true;
        var early = _catalog.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Null(_catalog.Find("Drone"));
        var late = LookAgainAsync().AsTask();
        _source.Hold = false;

        // What the early reading answers was read before the product was added.
        _source.Products.Add(Drone);
        _source.Answer();
        await early;
        await late;

        Assert.Equal(2, _source.Readings);
        Assert.Equal(Drone, _catalog.Find("Drone"));
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_does_not_end_the_reading_of_the_others()
    {
        _source.Hold = true;
        using var impatient = new CancellationTokenSource();
        var first = _catalog.ReadAsync(impatient.Token);
        var second = _catalog.ReadAsync(TestContext.Current.CancellationToken);

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _source.Answer();
        await second;

        Assert.Equal(Phone, _catalog.Find("Phone"));
    }

    [Fact]
    public async Task Any_number_of_unknown_names_costs_one_reading_at_a_time()
    {
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 20_000; i++)
            {
                _catalog.Find($"{round}-{i}");
            }

            await LookAgainAsync();
        }

        Assert.Equal(3, _source.Readings);
    }
}
