using System.Text.Json;
using Azure;
using Azure.Identity;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.Orders.Catalog;

namespace FunctionsConsumers.UnitTests.Orders.Catalog;

public sealed class TableCatalogSourceTests
{
    private readonly FakeTableService _service = new();

    private Task<IReadOnlyList<CatalogProduct>> ReadAsync() =>
        new TableCatalogSource(_service, TimeProvider.System).ReadAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task Where_there_is_no_table_it_is_made_with_the_default_catalog()
    {
        var products = await ReadAsync();

        Assert.Equal(DefaultCatalog.Products, products);
        Assert.Equal("1200.00", _service.Rows!["Laptop"]["Price"]);
        Assert.Equal(1_000_000L, _service.Rows["Laptop"]["OnHand"]);
    }

    [Fact]
    public void The_default_catalog_is_the_contracts() => Assert.Equal(
        "Laptop 1200.00, Phone 399.00, Tablet 499.00, Monitor 249.50, Keyboard 79.90, Mouse 24.95, Headphones 129.00, Camera 649.00, "
        + "Printer 189.00, Router 99.00",
        string.Join(", ", DefaultCatalog.Products.Select(product => FormattableString.Invariant($"{product.Name} {product.Price}"))));

    [Fact]
    public async Task A_table_that_is_there_is_read_and_never_written_to()
    {
        _service.Rows = new()
        {
            ["Drone"] = FakeTableService.Row("Drone", "10.5", 7L), ["Kite"] = FakeTableService.Row("Kite", "3", 5),
            ["Ball"] = FakeTableService.Row("Ball", "0.1234"),
        };

        Assert.Equal([new CatalogProduct("Drone", 10.50m, 7), new CatalogProduct("Kite", 3.00m, 5),
            new CatalogProduct("Ball", 0.1234m, 0)], await ReadAsync());
        Assert.Equal(0, _service.Seedings);
    }

    [Fact]
    public async Task Of_two_hosts_that_start_at_once_one_writes_the_catalog()
    {
        _service.BeforeCreate = () =>
        {
            _service.BeforeCreate = null;
            Assert.Equal(10, ReadAsync().GetAwaiter().GetResult().Count);
        };

        Assert.Equal(10, (await ReadAsync()).Count);
        Assert.Equal(1, _service.Seedings);
    }

    [Fact]
    public async Task A_host_that_saw_no_table_fills_the_one_another_host_made_and_left_empty()
    {
        _service.BeforeCreate = () => _service.Rows = [];

        Assert.Equal(10, (await ReadAsync()).Count);
    }

    [Fact]
    public async Task A_table_without_products_waits_instead_of_making_poison_of_every_order()
    {
        _service.Rows = [];

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(ReadAsync);

        Assert.Contains("holds no product", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _service.Seedings);
    }

    [Fact]
    public async Task A_table_that_a_host_made_and_died_before_it_wrote_to_is_filled_by_the_next()
    {
        _service.AfterCreate = new RequestFailedException(0, "the process dies");
        await Assert.ThrowsAsync<StoreUnavailableException>(ReadAsync);
        Assert.Empty(_service.Rows!);
        _service.AfterCreate = null;

        Assert.Equal(DefaultCatalog.Products, await ReadAsync());
        Assert.False(_service.IsNoted);
    }

    [Fact]
    public async Task A_table_that_an_operator_emptied_stays_empty()
    {
        await ReadAsync();
        _service.Rows!.Clear();

        await Assert.ThrowsAsync<StoreUnavailableException>(ReadAsync);
        Assert.Equal(1, _service.Seedings);
    }

    [Fact]
    public async Task A_note_that_a_host_left_behind_is_gone_once_there_are_products()
    {
        _service.Rows = new() { ["Drone"] = FakeTableService.Row("Drone", "1.00") };
        _service.IsNoted = true;

        await ReadAsync();
        Assert.False(_service.IsNoted);
    }

    [Theory]
    [InlineData("12,00")]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1.23456")]
    [InlineData("free")]
    [InlineData(12.5)]
    [InlineData(12)]
    [InlineData(null)]
    public async Task A_row_with_a_bad_price_is_named_with_the_fix(object? price)
    {
        _service.Rows = new() { ["Phone"] = FakeTableService.Row("Phone", "399.00"), ["Drone"] = FakeTableService.Row("Drone", price) };

        var error = await Assert.ThrowsAsync<SettingException>(ReadAsync);

        Assert.StartsWith("Table catalog, row 'Drone': column Price ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_row_with_bad_stock_is_named_too()
    {
        _service.Rows = new() { ["Drone"] = FakeTableService.Row("Drone", "1.00", "many") };

        Assert.StartsWith("Table catalog, row 'Drone': column OnHand is 'many'",
            (await Assert.ThrowsAsync<SettingException>(ReadAsync)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_refused_account_names_the_setting(int status)
    {
        _service.Failure = new RequestFailedException(status, "no");

        Assert.StartsWith("OrderTables", (await Assert.ThrowsAsync<SettingException>(ReadAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_cannot_be_had_is_waited_for_and_names_the_setting()
    {
        _service.Failure = new AuthenticationFailedException("no identity\nat all");

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(ReadAsync);

        Assert.StartsWith("OrderTables", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_service_that_is_away_can_be_waited_for()
    {
        Exception[] failures =
        [
            new RequestFailedException(503, "busy"), new RequestFailedException(0, "no route"), new AggregateException(
            new RequestFailedException(503, "busy")),
            new JsonException("cut off"), new IOException("lost"), new TaskCanceledException("a time-out"), new NotImplementedException(
            "never seen before"),
        ];
        foreach (var failure in failures)
        {
            _service.Failure = failure;

            Assert.DoesNotContain('\n', (await Assert.ThrowsAsync<StoreUnavailableException>(ReadAsync)).Message);
        }
    }
}
