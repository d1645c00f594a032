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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_payload_gives_key_value_headers_and_timestamp_back_as_they_were(bool hasTimestamp)
    {
        var record = hasTimestamp ? Record : Record with { Timestamp = null };
        var letter = Letter(record);
        var read = DeadLetter.FromPayload(letter.ToPayload());
        Assert.Equal(letter with { Record = read.Record }, read);
        Assert.Equal(record.Coordinates, read.Record.Coordinates);
        Assert.Equal(record.Timestamp, read.Record.Timestamp);
        Assert.Equal(record.Key, read.Record.Key);
        Assert.Equal(record.Value, read.Record.Value);
        Assert.Equal(["h", "h", "e"], read.Record.Headers.Select(header => header.Name));
        Assert.Equal([0xff], read.Record.Headers[0].Value!);
        Assert.Null(read.Record.Headers[1].Value);
        Assert.Empty(read.Record.Headers[2].Value!);
    }

    [Fact]
    public void The_largest_part_is_left_out_first_and_length_and_hash_stand_for_it()
    {
        var letter = Letter(Record with { Value = new byte[10], Key = new byte[20], Headers = [new RecordHeader("h", new byte[30])] });
        var one = letter.Smaller()!;
        Assert.Equal((31, null, null), (one.OmittedHeaders!.Length, one.OmittedKey, one.OmittedValue));
        var two = one.Smaller()!;
        Assert.Equal((20, (OmittedPart?)null), (two.OmittedKey!.Length, two.OmittedValue));
        var last = two.Smaller()!;
        Assert.Equal(10, last.OmittedValue!.Length);
        Assert.Null(last.Smaller());

        var read = DeadLetter.FromPayload(last.ToPayload());
        Assert.Equal((last.OmittedValue, last.OmittedKey, last.OmittedHeaders), (read.OmittedValue, read.OmittedKey, read.OmittedHeaders));
        Assert.Equal((null, null), (read.Record.Value, read.Record.Key));
        Assert.Empty(read.Record.Headers);
    }

    [Fact]
    public void Whatever_the_record_is_the_last_form_is_small()
    {
        var letter = new DeadLetter(
            "billing", new string('r', 100_000), new string('d', 5_000_000), DateTimeOffset.UnixEpoch,
            Record with
            {
                Key = new byte[5_000_000], Value = new byte[5_000_000],
                Headers = [.. Enumerable.Repeat(new RecordHeader("h", new byte[100]), 50_000)],
            });
        while (letter.Smaller() is { } smaller)
        {
            letter = smaller;
        }

        Assert.InRange(letter.ToPayload().Length, 1, 4000);
    }

    [Fact]
    public void What_an_earlier_version_can_say_is_written_as_it_reads_it()
    {
        Assert.Equal(1, Letter(Record).ToPayload()[0]);
        Assert.Equal(1, Letter(Record with { Value = new byte[100] }).Smaller()!.ToPayload()[0]);
    }

    [Fact]
    public void The_bytes_of_both_formats_stay_as_they_are_in_the_tables_of_earlier_versions()
    {
        const string First =
            "010762696C6C696E67086E6F742D6A736F6E037768790080B5F7F57F9F080C6F726465722D6576656E74730200000011"
            + "00000000000000B0C4F6E85EE5DB0802000000FF0004000000010203FE03000000016801000000FF0168FFFFFFFF0165"
            + "0000000000";
        const string Second =
            "020762696C6C696E67086E6F742D6A736F6E037768790080B5F7F57F9F080C6F726465722D6576656E74730200000011"
            + "00000000000000000080B5F7F57F9F0802000000FF0004000000010203FE03000000016801000000FF0168FFFFFFFF01"
            + "6500000000000000";

        Assert.Equal(First, Convert.ToHexString(Letter(Record).ToPayload()));
        Assert.Equal(Second, Convert.ToHexString(Letter(Record with { Timestamp = null }).ToPayload()));
        Assert.Equal(Second, Convert.ToHexString(DeadLetter.FromPayload(Convert.FromHexString(Second)).ToPayload()));
    }

    [Fact]
    public void A_timestamp_that_an_earlier_version_made_up_is_missing()
    {
        var read = DeadLetter.FromPayload(Letter(Record with { Timestamp = DateTimeOffset.UnixEpoch }).ToPayload());
        Assert.Null(read.Record.Timestamp);
    }

    [Theory]
    [InlineData(new byte[] { 9, 0 })]
    [InlineData(new byte[] { 1, 3, 0 })]
    [InlineData(new byte[] { })]
    public void Another_version_and_what_is_cut_off_are_refused(byte[] payload) =>
        Assert.Throws<InvalidDataException>(() => DeadLetter.FromPayload(payload));

    private static DeadLetter Letter(ConsumedRecord record) => new("billing", "not-json", "why", DateTimeOffset.UnixEpoch, record);
}
