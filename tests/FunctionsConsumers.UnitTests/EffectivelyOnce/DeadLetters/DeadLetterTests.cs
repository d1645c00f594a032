using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.DeadLetters;

public sealed class DeadLetterTests
{
    private static readonly ConsumedRecord Record = new(
        new Coordinates("order-events", 2, 17),
        DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123),
        [0xff, 0x00],
        [1, 2, 3, 0xfe],
        [new RecordHeader("h", [0xff]), new RecordHeader("h", null), new RecordHeader("e", [])]);

    [Fact]
    public void A_payload_gives_key_value_and_headers_back_as_they_were()
    {
        var letter = new DeadLetter("billing", "not-json", "why", DateTimeOffset.UnixEpoch, Record);
        var read = DeadLetter.FromPayload(letter.ToPayload());
        Assert.Equal(letter with { Record = read.Record }, read);
        Assert.Equal(Record.Coordinates, read.Record.Coordinates);
        Assert.Equal(Record.Timestamp, read.Record.Timestamp);
        Assert.Equal(Record.Key, read.Record.Key);
        Assert.Equal(Record.Value, read.Record.Value);
        Assert.Equal(["h", "h", "e"], read.Record.Headers.Select(header => header.Name));
        Assert.Equal([0xff], read.Record.Headers[0].Value!);
        Assert.Null(read.Record.Headers[1].Value);
        Assert.Empty(read.Record.Headers[2].Value!);
    }

    [Fact]
    public void A_value_that_is_left_out_is_named_by_length_and_hash()
    {
        var read = DeadLetter.FromPayload(new DeadLetter("billing", "too-large", "why", DateTimeOffset.UnixEpoch, Record).WithoutValue().ToPayload());
        Assert.Null(read.Record.Value);
        Assert.Equal(4, read.OmittedValue!.Length);
        Assert.Equal(64, read.OmittedValue.Sha256.Length);
    }

    [Fact]
    public void Another_version_is_refused() => Assert.Throws<InvalidDataException>(() => DeadLetter.FromPayload([9, 0]));
}
