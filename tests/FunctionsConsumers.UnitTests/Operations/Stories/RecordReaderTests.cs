using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.Operations.Stories;

namespace FunctionsConsumers.UnitTests.Operations.Stories;

public sealed class RecordReaderTests
{
    [Theory]
    [InlineData("""{"order_id":"123","product":"Laptop"}""", "123")]
    [InlineData("""{"order_id":123}""", "123")]
    [InlineData("""{"order_id":"123","product":"Lap""", "123")]
    [InlineData("""{"event_id":"e-9","order_id":"123"}""", "e-9")]
    [InlineData("""{"\u006frder_id":"123"}""", "123")]
    [InlineData("""{"order_id":"123","quantity":"two",}""", "123")]
    public void A_record_that_could_not_be_applied_is_found_by_what_can_be_read_of_it(string value, string name) =>
        Assert.True(Answers(Record(value), name));

    [Theory]
    [InlineData("""{"order_id":"1234"}""")]
    [InlineData("""{"customer":{"order_id":"123"}}""")]
    [InlineData("""["order_id","123"]""")]
    [InlineData("not json at all \"123\"")]
    [InlineData(null)]
    public void A_record_of_another_order_is_not(string? value) => Assert.False(Answers(Record(value), "123"));

    [Fact]
    public void A_record_without_a_readable_value_is_found_by_its_headers()
    {
        Assert.True(Answers(Record("garbage", ("idempotency-key", "k-1")), "k-1"));
        Assert.True(Answers(Record(null, ("ce_source", "shop"), ("ce_id", "7")), "shop 7"));
    }

    private static bool Answers(ConsumedRecord record, string name) =>
        RecordReader.MayBeOf(record, Encoding.UTF8.GetBytes(name)) && new RecordReader(TimeProvider.System).Read(record).IsAnswerTo(name);

    private static ConsumedRecord Record(string? value, params (string Name, string Value)[] headers) => new(
        new Coordinates("t", 0, 1), null, null, value is null ? null : Encoding.UTF8.GetBytes(value),
        [.. headers.Select(header => new RecordHeader(header.Name, Encoding.UTF8.GetBytes(header.Value)))]);
}
