using System.Text;
using Confluent.Kafka;
using FunctionsConsumers.Cli.IdempotencyKeys;

namespace FunctionsConsumers.UnitTests.Cli.IdempotencyKeys;

public sealed class RecordNamesTests
{
    private static ConsumeResult<byte[]?, byte[]?> Record(string? value, string? key = null, params (string Name, string Value)[] headers)
    {
        var message = new Message<byte[]?, byte[]?>
        {
            Key = key is null ? null : Encoding.UTF8.GetBytes(key), Value = value is null ? null
            : Encoding.UTF8.GetBytes(value), Headers = [],
        };
        foreach (var (name, text) in headers)
        {
            message.Headers.Add(name, Encoding.UTF8.GetBytes(text));
        }

        return new ConsumeResult<byte[]?, byte[]?> { Topic = "t", Partition = 0, Offset = 1, Message = message };
    }

    [Theory]
    [InlineData("""{"order_id":"123","product":"Laptop"}""", "123")]
    [InlineData("""{"order_id":123}""", "123")]
    [InlineData("""{"order_id":"123","product":"Lap""", "123")]
    [InlineData("""{"event_id":"e-9","order_id":"123"}""", "e-9")]
    [InlineData("""{"\u006frder_id":"123"}""", "123")]
    [InlineData("""{"order_id":"123","quantity":"two",}""", "123")]
    public void A_record_that_could_not_be_applied_is_found_by_what_can_be_read_of_it(string value, string name) =>
        Assert.True(RecordNames.Has(Record(value), name));

    [Theory]
    [InlineData("""{"order_id":"1234"}""")]
    [InlineData("""{"customer":{"order_id":"123"}}""")]
    [InlineData("""["order_id","123"]""")]
    [InlineData("not json at all 123")]
    [InlineData(null)]
    public void A_record_of_another_order_is_not(string? value) => Assert.False(RecordNames.Has(Record(value), "123"));

    [Fact]
    public void A_record_without_a_readable_value_is_found_by_its_key_and_by_its_headers()
    {
        Assert.True(RecordNames.Has(Record("garbage", "123"), "123"));
        Assert.True(RecordNames.Has(Record("garbage", null, ("idempotency-key", "k-1")), "k-1"));
        Assert.True(RecordNames.Has(Record(null, null, ("ce_source", "shop"), ("ce_id", "7")), "shop 7"));
    }

    [Fact]
    public void The_id_of_a_dead_letter_is_not_the_key_of_its_record()
    {
        var letter = Record("""{"order_id":"123"}""", null, ("message-id", "of the record"), ("dead-letter-reason", "not-json"),
            ("message-id", "of the letter"));

        Assert.True(RecordNames.Has(letter, "of the record"));
        Assert.False(RecordNames.Has(letter, "of the letter"));
    }
}
