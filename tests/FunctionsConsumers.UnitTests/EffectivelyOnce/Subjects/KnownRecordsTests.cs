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
        Remember(known, First);
        Assert.True(Knows(
            known,
            First with { Coordinates = new Coordinates("other", 5, 9), Timestamp = DateTimeOffset.UnixEpoch, Value = [2, 3], Key = [1] }));
    }

    public static TheoryData<string> Others =>
        ["value", "no value", "key", "no key", "empty key", "header's name", "header's value", "no headers", "header twice"];

    [Theory]
    [MemberData(nameof(Others))]
    public void Any_other_byte_makes_another_record(string what)
    {
        var known = new KnownRecords(100_000);
        Remember(known, First);
        Remember(known, First with { Key = null, Value = [9] });
        Assert.False(Knows(known, what switch
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
        // Each takes 48 bytes of the index, 12 for its lengths and its value's 50: half of the room holds 454 of them.
        var known = new KnownRecords(100_000);
        ConsumedRecord[] records = [.. Enumerable.Range(0, 1_000).Select(
            i => new ConsumedRecord(new Coordinates("topic", 0, i), null, null, [.. BitConverter.GetBytes(i), .. new byte[46]], []))];
        foreach (var record in records)
        {
            Remember(known, record);
        }

        Assert.InRange(records.Count(record => Knows(known, record)), 454, 908);
        Assert.All(records[^454..], record => Assert.True(Knows(known, record)));
    }

    [Fact]
    public void A_record_that_would_drive_out_many_others_is_not_remembered()
    {
        var known = new KnownRecords(100_000);
        var large = First with { Value = new byte[10_000] };
        Remember(known, large);
        Assert.False(Knows(known, large));
    }

    [Fact]
    public void Of_two_records_with_one_hash_none_is_taken_for_the_other()
    {
        var known = new KnownRecords(100_000);
        var second = First with { Value = [9] };
        known.Remember(First, 1);
        Assert.False(known.Knows(second, 1));
        known.Remember(second, 1);
        Assert.True(known.Knows(second, 1));
        Assert.False(known.Knows(First, 1));
    }

    [Fact]
    public void Many_records_of_every_length_are_each_found_again()
    {
        const int Seed = 20261128;
        var random = new Random(Seed);
        var known = new KnownRecords(64 * 1024 * 1024);
        ConsumedRecord[] records = [.. Enumerable.Range(0, 2_000).Select(i => new ConsumedRecord(
            new Coordinates("topic", 0, i), null, Bytes(40), [.. BitConverter.GetBytes(i), .. Bytes(3_000) ?? []],
            [.. Enumerable.Range(0, random.Next(3)).Select(header => new RecordHeader($"h{header}é", Bytes(20)))]))];
        Array.ForEach(records, record => Remember(known, record));
        Assert.All(records, record => Assert.True(Knows(known, record), $"seed {Seed}, record {record.Coordinates.Offset}"));
        Assert.All(records, record => Assert.False(
            Knows(known, record with { Value = [.. record.Value!, 0] }), $"seed {Seed}, record {record.Coordinates.Offset}"));

        byte[]? Bytes(int most)
        {
            var bytes = new byte[random.Next(most)];
            random.NextBytes(bytes);
            return bytes.Length == 1 ? null : bytes;
        }
    }

    private static void Remember(KnownRecords known, ConsumedRecord record) => known.Remember(record, KnownRecords.HashOf(record));

    private static bool Knows(KnownRecords known, ConsumedRecord record) => known.Knows(record, KnownRecords.HashOf(record));
}
