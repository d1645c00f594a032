using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Subjects;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Subjects;

public sealed class KnownRecordsTests
{
    private static readonly ConsumedRecord First = new(new Coordinates("topic", 0, 0), null, [1], [2, 3], [new RecordHeader("h", [4])]);

    [Fact]
    public void The_same_content_elsewhere_and_at_another_time_is_known()
    {
        var known = new KnownRecords(100_000);
        known.Remember(First);
        Assert.True(known.Knows(
            First with { Coordinates = new Coordinates("other", 5, 9), Timestamp = DateTimeOffset.UnixEpoch, Value = [2, 3], Key = [1] }));
    }

    public static TheoryData<string> Others =>
        ["value", "no value", "key", "no key", "empty key", "header's name", "header's value", "no headers", "header twice"];

    [Theory]
    [MemberData(nameof(Others))]
    public void Any_other_byte_makes_another_record(string what)
    {
        var known = new KnownRecords(100_000);
        known.Remember(First);
        known.Remember(First with { Key = null, Value = [9] });
        Assert.False(known.Knows(what switch
        {
            "value" => First with { Value = [2, 4] },
            "no value" => First with { Value = null },
            "key" => First with { Key = [0] },
            "no key" => First with { Key = null },
            "empty key" => First with { Key = [], Value = [9], Headers = First.Headers },
            "header's name" => First with { Headers = [new RecordHeader("H", [4])] },
            "header's value" => First with { Headers = [new RecordHeader("h", [5])] },
            "no headers" => First with { Headers = [] },
            _ => First with { Headers = [.. First.Headers, .. First.Headers] },
        }));
    }

    [Fact]
    public void The_oldest_half_goes_when_the_bytes_are_used_up()
    {
        // Each takes 250 bytes and its value's 50: half of the room holds 166 of them.
        var known = new KnownRecords(100_000);
        ConsumedRecord[] records = [.. Enumerable.Range(0, 1_000).Select(
            i => new ConsumedRecord(new Coordinates("topic", 0, i), null, null, [.. BitConverter.GetBytes(i), .. new byte[46]], []))];
        foreach (var record in records)
        {
            known.Remember(record);
        }

        Assert.InRange(records.Count(known.Knows), 166, 332);
        Assert.True(records[^166..].All(known.Knows));
    }

    [Fact]
    public void A_record_that_would_drive_out_many_others_is_not_remembered()
    {
        var known = new KnownRecords(100_000);
        var large = First with { Value = new byte[10_000] };
        known.Remember(large);
        Assert.False(known.Knows(large));
    }
}
