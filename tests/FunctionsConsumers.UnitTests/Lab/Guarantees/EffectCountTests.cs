using System.Text;
using FunctionsConsumers.Audit.Log;
using FunctionsConsumers.Audit.Spilling;
using FunctionsConsumers.Audit.Tables;
using FunctionsConsumers.Lab.Guarantees;

namespace FunctionsConsumers.UnitTests.Lab.Guarantees;

public sealed class EffectCountTests : IDisposable
{
    private readonly Spill _spill = new();
    private readonly LogReading _log;
    private readonly TableReading _inventory;
    private readonly TableReading _billing;

    public EffectCountTests()
    {
        _log = new LogReading("order-events", ["billing", "inventory", "notification"], _spill);
        _inventory = new TableReading("inventory", _spill);
        _billing = new TableReading("billing", _spill);
        _log.Cover(0, 0, 0, 4);
        foreach (var (offset, id, quantity) in ((long, string, int)[])[(0, "a", 2), (1, "b", 3), (2, "a", 2), (3, "c", 5)])
        {
            _log.Add(0, offset, DateTime.UnixEpoch,
                Encoding.UTF8.GetBytes($$"""{"order_id":"{{id}}","product":"Laptop","quantity":{{quantity}}}"""), null);
        }
    }

    [Fact]
    public void One_effect_for_each_order_and_its_quantity_reserved_is_nothing_lost_and_nothing_doubled()
    {
        Apply(range => range.AddReserved("Laptop", "order-events", 10), "a", "b", "c");
        Assert.Equal(new EffectCount("inventory", 3, 0, 0, 0), EffectCount.Of(_log, _inventory));
    }

    [Fact]
    public void Orders_without_effect_are_lost_and_effects_beyond_the_first_or_of_no_order_are_doubled()
    {
        Apply(range =>
        {
            range.AddReserved("Laptop", "order-events", 9);
            range.AddReserved("Mouse", "order-events", 4);
        }, "a", "a", "a", "b", "x");
        Assert.Equal(new EffectCount("inventory", 5, 1, 3, 5), EffectCount.Of(_log, _inventory));
    }

    [Fact]
    public void A_group_that_keeps_no_stock_has_none_that_could_be_off() =>
        Assert.Equal(new EffectCount("billing", 0, 3, 0, 0), EffectCount.Of(_log, _billing));

    public void Dispose()
    {
        _billing.Dispose();
        _inventory.Dispose();
        _spill.Dispose();
    }

    private void Apply(Action<TableRange> reserve, params ReadOnlySpan<string> ids)
    {
        var range = _inventory.Begin();
        foreach (var id in ids)
        {
            range.Add(id, new EffectRow("b000", null, "order-events", 0, 0, DateTime.MaxValue, new EffectContent()));
        }

        reserve(range);
        range.Keep();
    }
}
