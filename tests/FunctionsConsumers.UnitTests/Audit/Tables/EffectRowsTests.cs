using Azure.Data.Tables;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.Audit.Spilling;
using FunctionsConsumers.Audit.Tables;

namespace FunctionsConsumers.UnitTests.Audit.Tables;

public sealed class EffectRowsTests : IDisposable
{
    private static readonly string Hash = new('a', 64);

    private readonly Spill _spill = new();
    private readonly TableReading _reading;
    private readonly TableRange _range;

    public EffectRowsTests()
    {
        _reading = new TableReading("billing", _spill);
        _range = _reading.Begin();
    }

    [Fact]
    public void An_applied_invoice_is_an_effect_with_its_content()
    {
        new EffectRows("billing").Add(Invoice(), _range);

        var effect = Assert.Single(Effects());
        Assert.Equal(("b003", "order-events", 2, 41L), (effect.Bucket, effect.Topic, effect.Partition, effect.Offset));
        Assert.Equal(Fingerprint.Parse(Hash), effect.Fingerprint);
        Assert.Equal([new("Phone", 2, 399.00m)], effect.Content.Lines!);
        Assert.Equal(("EUR", "798.00"), (effect.Content.Currency, effect.Content.Total));
    }

    [Fact]
    public void A_row_without_the_state_applied_is_no_effect()
    {
        var row = Invoice();
        row["State"] = "waiting";
        new EffectRows("billing").Add(row, _range);

        Assert.Empty(Effects());
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""[{"product":"Phone"}]""")]
    [InlineData("""[{"product":"Phone","quantity":"2"}]""")]
    public void Lines_that_are_no_list_of_lines_are_missing(string lines)
    {
        var row = Invoice();
        row["Lines"] = lines;
        new EffectRows("billing").Add(row, _range);

        Assert.Null(Assert.Single(Effects()).Content.Lines);
    }

    [Fact]
    public void A_column_of_another_type_is_missing()
    {
        var row = Invoice();
        row.Remove("Total");
        row.Remove("Offset");
        row["Total"] = 798.00;
        row["Offset"] = 41;
        new EffectRows("billing").Add(row, _range);

        var effect = Assert.Single(Effects());
        Assert.Equal((null, "", -1L), (effect.Content.Total, effect.Topic, effect.Offset));
    }

    [Fact]
    public void Another_groups_effect_is_none_here()
    {
        new EffectRows("inventory").Add(Invoice(), _range);
        Assert.Empty(Effects());
    }

    [Fact]
    public void Dead_letters_outbox_and_stock_are_told_apart_by_their_row_keys()
    {
        var rows = new EffectRows("inventory");
        rows.Add(Row("dead!order-events:2:41", ("State", "dead-lettered"), ("Topic", "order-events"), ("Partition", 2), ("Offset", 41L)),
            _range);
        rows.Add(Row("dead!order-events:2:42", ("State", "applied"), ("Topic", "order-events"), ("Partition", 2), ("Offset", 42L)),
            _range);
        rows.Add(Row("outbox!1"), _range);
        rows.Add(Row("outbox!1!01"), _range);
        rows.Add(Row("stock!Phone!order-events:2", ("Reserved", 5L)), _range);
        rows.Add(Row("stock!Phone!order-events:3", ("Reserved", 2L)), _range);
        rows.Add(Row("stock!Caf=00E9!order-events:3", ("Reserved", 1L)), _range);
        rows.Add(Row("table"), _range);

        _range.Keep();
        Assert.Equal([("order-events", 2, 41L)], Enumerable.Range(0, Spill.Shares).SelectMany(share => _reading.DeadLetters(share).Keys));
        Assert.Equal(2, _reading.Messages);
        Assert.Equal(7, _reading.Reserved[("Phone", "order-events")]);
        Assert.Equal(1, _reading.Reserved[("Café", "order-events")]);
    }

    [Fact]
    public void What_was_read_of_a_range_that_changed_meanwhile_does_not_count()
    {
        var rows = new EffectRows("billing");
        rows.Add(Invoice(), _range);
        rows.Add(Row("outbox!1"), _range);
        var again = _reading.Begin();
        rows.Add(Invoice(), again);
        again.Keep();

        Assert.Single(_reading.Effects(Spill.ShareOf("7-1"))["7-1"]);
        Assert.Equal(0, _reading.Messages);
    }

    public void Dispose()
    {
        _reading.Dispose();
        _spill.Dispose();
    }

    private List<EffectRow> Effects()
    {
        _range.Keep();
        return _reading.Effects(Spill.ShareOf("7-1")).GetValueOrDefault("7-1") ?? [];
    }

    private static TableEntity Invoice() => Row(
        "invoice!7-1", ("State", "applied"), ("OrderId", "7-1"), ("Fingerprint", Hash), ("Topic", "order-events"), ("Partition", 2),
        ("Offset", 41L),
        ("Lines", """[{"product":"Phone","quantity":2,"unit_price":399.00}]"""), ("Currency", "EUR"), ("Total", "798.00"));

    private static TableEntity Row(string rowKey, params (string Name, object Value)[] columns)
    {
        var row = new TableEntity("b003", rowKey);
        foreach (var (name, value) in columns)
        {
            row[name] = value;
        }

        return row;
    }
}
