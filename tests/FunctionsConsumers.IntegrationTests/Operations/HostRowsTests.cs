using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Progress;
using FunctionsConsumers.EffectivelyOnce.Tables;
using FunctionsConsumers.IntegrationTests.EndToEnd;
using FunctionsConsumers.Operations;
using FunctionsConsumers.Operations.Hosts;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsConsumers.IntegrationTests.Operations;

/// <summary>What hosts write of themselves, in a table of the emulator.</summary>
public sealed class HostRowsTests(EmptyTables tables) : IClassFixture<EmptyTables>, IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));
    private HostRows _rows = null!;

    public async ValueTask InitializeAsync()
    {
        var accounts = TableAccounts.FromConnectionStrings(await tables.EmptyAsync());
        await GroupTable.OpenSharedAsync(accounts, GroupProgress.TableName, TestContext.Current.CancellationToken);
        _rows = new HostRows(new OperatedServices(new KafkaConnection(""), accounts, "order-events") { Time = _time });
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task What_several_hosts_write_is_read_back_and_summed_up()
    {
        var slot = Slot.At(_time.GetUtcNow());
        var error = new LastError(_time.GetUtcNow(), "the tables are away");
        await WriteAsync("one", new DayFigures(10, 1, 2, 3), error, new Slot(slot, 4, 1, 2, 3, Lag: 7), new Slot(slot - 1, 6));
        await WriteAsync("two", new DayFigures(30, 0, 1, 0), null, new Slot(slot, 20));

        var (rows, today) = await _rows.ReadAsync(Stop);

        Assert.Equal(new DayFigures(40, 1, 3, 3), today["billing"]);
        var figures = GroupFigures.Of("billing", rows, today["billing"], _time.GetUtcNow());
        Assert.Equal((new DayFigures(30, 1, 2, 3), 7), (figures.LastHour, figures.Hour[^1].Lag));
        Assert.Equal(("the tables are away", "web-one"), (figures.Error!.Text, figures.Error.Machine));
    }

    [Fact]
    public async Task A_host_that_writes_again_is_one_row()
    {
        var slot = Slot.At(_time.GetUtcNow());
        await WriteAsync("one", new DayFigures(1), null, new Slot(slot, 1));
        await WriteAsync("one", new DayFigures(5), null, new Slot(slot, 5));

        var (rows, today) = await _rows.ReadAsync(Stop);

        Assert.Equal((5, 5), (Assert.Single(rows).Slots[0].Applied, today["billing"].Applied));
    }

    [Fact]
    public async Task Rows_go_an_hour_after_their_process_and_sums_with_the_day_after_the_next()
    {
        await WriteAsync("gone", new DayFigures(1), null);
        _time.Advance(TimeSpan.FromMinutes(61));
        await WriteAsync("here", new DayFigures(1), null);
        await _rows.ForgetAsync(Stop);
        Assert.Equal("here", Assert.Single((await _rows.ReadAsync(Stop)).Rows).Life);
        Assert.Equal(2, (await _rows.ReadAsync(Stop)).Today["billing"].Applied);

        _time.Advance(TimeSpan.FromDays(1));
        Assert.Empty((await _rows.ReadAsync(Stop)).Today);
        _time.Advance(TimeSpan.FromDays(1));
        await _rows.ForgetAsync(Stop);
        _time.SetUtcNow(new DateTimeOffset(2026, 11, 23, 14, 0, 0, TimeSpan.Zero));
        Assert.Empty((await _rows.ReadAsync(Stop)).Rows);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task WriteAsync(string life, DayFigures day, LastError? error, params Slot[] slots) => _rows.WriteAsync(
        [new HostRow(life, "web-" + life, 1, _time.GetUtcNow(), _time.GetUtcNow(), "billing", slots, error)],
        [(life, "billing", DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime), day)],
        Stop);
}
