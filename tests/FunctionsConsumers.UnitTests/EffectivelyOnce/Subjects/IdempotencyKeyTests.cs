using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Subjects;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Subjects;

public sealed class IdempotencyKeyTests
{
    [Fact]
    public void The_header_goes_before_all_else() =>
        Assert.Equal("k", IdempotencyKey.Of(Record(("ce_source", "s"), ("ce_id", "i"), ("idempotency-key", "k")), "e", "subject"));

    [Fact]
    public void Of_a_repeated_header_the_last_one_counts() =>
        Assert.Equal("two", IdempotencyKey.Of(Record(("idempotency-key", "one"), ("idempotency-key", "two")), "e", "subject"));

    [Fact]
    public void An_empty_header_counts_as_absent() =>
        Assert.Equal("e", IdempotencyKey.Of(Record(("idempotency-key", "")), "e", "subject"));

    [Fact]
    public void Cloud_events_headers_are_joined_by_a_space() =>
        Assert.Equal("s i", IdempotencyKey.Of(Record(("ce_id", "i"), ("ce_source", "s")), "e", "subject"));

    [Fact]
    public void One_cloud_events_header_alone_is_no_key() => Assert.Equal("e", IdempotencyKey.Of(Record(("ce_id", "i")), "e", "subject"));

    [Fact]
    public void The_message_id_of_an_outbox_is_the_key_where_no_header_says_otherwise()
    {
        Assert.Equal("m", IdempotencyKey.Of(Record(("message-id", "m")), "e", "subject"));
        Assert.Equal("s i", IdempotencyKey.Of(Record(("message-id", "m"), ("ce_id", "i"), ("ce_source", "s")), "e", "subject"));
    }

    [Fact]
    public void Without_any_of_them_the_subject_is_the_key() => Assert.Equal("subject", IdempotencyKey.Of(Record(), null, "subject"));

    [Fact]
    public void Different_bytes_that_are_no_text_are_different_keys()
    {
        var one = IdempotencyKey.Of(Bytes([new("idempotency-key", [0xff, 0xfe])]), null, "subject");
        var other = IdempotencyKey.Of(Bytes([new("idempotency-key", [0xff, 0xfd])]), null, "subject");
        Assert.NotEqual(one, other);
    }

    private static ConsumedRecord Record(params (string Name, string Value)[] headers) =>
        Bytes([.. headers.Select(header => new RecordHeader(header.Name, Encoding.UTF8.GetBytes(header.Value)))]);

    private static ConsumedRecord Bytes(RecordHeader[] headers) =>
        new(new Coordinates("t", 0, 0), DateTimeOffset.UnixEpoch, null, null, headers);
}
