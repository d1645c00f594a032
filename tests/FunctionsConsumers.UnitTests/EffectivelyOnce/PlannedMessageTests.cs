using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

public sealed class PlannedMessageTests
{
    [Fact]
    public void A_record_for_a_topic_is_read_as_it_was_planned()
    {
        var message = PlannedMessage.ToTopic("labels.v1", [1, 0xff], [2], [new RecordHeader("a", [7]), new RecordHeader("a", null)]);

        var record = TopicMessage.FromPayload(message.Payload);
        Assert.Equal(("topic", "labels.v1"), (message.Kind, record.Topic));
        Assert.Equal([1, 0xff], record.Key);
        Assert.Equal([2], record.Value);
        Assert.Equal([("a", "07"), ("a", null)], record.Headers.Select(header => (header.Name, header.Value is { } value
            ? Convert.ToHexString(value) : null)));
    }

    [Fact]
    public void The_bytes_stay_as_they_are_in_the_tables_of_earlier_versions() => Assert.Equal(
        "01096C6162656C732E76310200000001FFFFFFFFFF02000000016101000000070161FFFFFFFF",
        Convert.ToHexString(
        PlannedMessage.ToTopic("labels.v1", [1, 0xff], null, [new RecordHeader("a", [7]), new RecordHeader("a", null)]).Payload));

    [Fact]
    public void A_tombstone_has_neither_key_nor_value_nor_headers()
    {
        var record = TopicMessage.FromPayload(PlannedMessage.ToTopic("labels", null, null).Payload);
        Assert.Equal((null, null, 0), (record.Key, record.Value, record.Headers.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("two words")]
    [InlineData("straße")]
    public void A_topic_that_no_broker_takes_is_refused_when_it_is_planned(string topic) =>
        Assert.Contains($"the topic '{topic}'", Assert.Throws<ArgumentException>(() => PlannedMessage.ToTopic(topic, null, [1])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void The_librarys_own_header_is_refused() =>
        Assert.Contains("message-id",
            Assert.Throws<ArgumentException>(() => PlannedMessage.ToTopic("labels", null, [1],
            [new RecordHeader("message-id", [1])])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(12)]
    public void A_payload_that_is_cut_off_is_an_error_that_says_so(int length) =>
        Assert.Throws<InvalidDataException>(() => TopicMessage.FromPayload(PlannedMessage.ToTopic("labels", [1], [2]).Payload[..length]));
}
