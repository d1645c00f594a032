using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.Operations.DeadLetters;
using FunctionsConsumers.Operations.Redrives;

namespace FunctionsConsumers.UnitTests.Operations.Redrives;

public sealed class RedrivenRecordTests
{
    private static readonly ConsumedRecord Original = new(
        new Coordinates("order-events", 2, 7), DateTimeOffset.UnixEpoch.AddDays(1), Bytes("k"), Bytes("{\"order_id\": \"a\"}"),
        [new RecordHeader("message-id", Bytes("m-1")), new RecordHeader("traceparent", Bytes("00-1")), new RecordHeader("empty", null)]);

    [Fact]
    public void A_redriven_record_has_key_value_and_headers_of_the_original_and_the_same_idempotency_key()
    {
        var sent = Redriven(Letter(new DeadLetter("billing", "bad-price", "No.", DateTimeOffset.UnixEpoch, Original)));

        Assert.Equal((Original.Key, Original.Value), (sent.Key, sent.Value));
        Assert.Equal(Original.Headers.Select(header => (header.Name, header.Value)),
            sent.Headers.Take(3).Select(header => (header.Name, header.Value)));
        Assert.Equal(IdempotencyKey.Of(Original, null, "a"), IdempotencyKey.Of(sent, null, "a"));
        Assert.DoesNotContain(sent.Headers, header => header.Name.StartsWith("dead-letter", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_letter_that_goes_on_with_our_own_trace_only_the_headers_of_the_original_are_kept(bool isProducerTraced)
    {
        const string ours = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var original = isProducerTraced ? Original : Original with { Headers = [new RecordHeader("event", Bytes("placed"))] };

        var sent = Redriven(Letter(
            new DeadLetter("billing", "bad-price", "No.", DateTimeOffset.UnixEpoch, original), TraceContext.Of(ours, "vendor=1")));

        string[] added = ["redrive-origin", "redrive-history", "redrive-of", "redrive-count", "redrive-group"];
        Assert.Equal([.. original.Headers.Select(header => header.Name), .. added], sent.Headers.Select(header => header.Name));
        Assert.Equal(original.LastHeader("traceparent"), sent.LastHeader("traceparent"));
        Assert.Equal(original.LastHeader("message-id"), sent.LastHeader("message-id"));
    }

    [Fact]
    public void A_header_of_the_original_that_looks_like_one_of_a_letter_is_kept()
    {
        var original = Original with { Headers = [new RecordHeader("dead-letter-reason", Bytes("theirs")), .. Original.Headers] };

        var sent = Redriven(Letter(new DeadLetter("billing", "bad-price", "No.", DateTimeOffset.UnixEpoch, original)));

        Assert.Equal(original.Headers.Select(header => header.Name), sent.Headers.Take(4).Select(header => header.Name));
        Assert.Equal("theirs", Text(sent, "dead-letter-reason"));
    }

    [Fact]
    public void It_names_its_group_its_letter_its_count_and_where_it_stood_first()
    {
        var sent = Redriven(Letter(new DeadLetter("billing", "bad-price", "No.", DateTimeOffset.UnixEpoch, Original)));

        Assert.Equal(("billing", "1", "0011", "order-events:2:7"),
            (Text(sent, "redrive-group"), Text(sent, "redrive-count"), Text(sent, "redrive-of"), Text(sent, "redrive-origin")));
    }

    [Fact]
    public void A_record_that_comes_back_again_carries_its_history_and_one_of_each_other_header()
    {
        var first = Redriven(Letter(new DeadLetter("billing", "bad-price", "No.", DateTimeOffset.UnixEpoch, Original)));
        var again = first with { Coordinates = new Coordinates("order-events", 2, 30) };
        var second = Redriven(Letter(new DeadLetter("billing", "refused", "No.", DateTimeOffset.UnixEpoch.AddDays(1), again)));

        Assert.Equal(
            ["order-events:2:7 bad-price 1970-01-01T00:00:00.000Z", "order-events:2:30 refused 1970-01-02T00:00:00.000Z"],
            second.Headers.Where(header => header.Name == "redrive-history").Select(header => Encoding.UTF8.GetString(header.Value!)));
        Assert.Equal(("2", "order-events:2:7"), (Text(second, "redrive-count"), Text(second, "redrive-origin")));
        Assert.Single(second.Headers, header => header.Name == "redrive-count");
        Assert.Single(second.Headers, header => header.Name == "redrive-of");
        Assert.Single(second.Headers, header => header.Name == "redrive-group");
    }

    [Fact]
    public void What_was_too_large_to_carry_is_taken_from_the_record_itself_and_from_no_other()
    {
        var letter = Letter(new DeadLetter("billing", "too-large", "No.", DateTimeOffset.UnixEpoch, Original).Smaller()!.Smaller()!);

        Assert.Null(letter.Value);
        Assert.Equal(Original.Value, RedrivenRecord.Completed(letter, Original)!.Value);
        Assert.Null(RedrivenRecord.Completed(letter, Original with { Value = Bytes("{}") }));
        Assert.Null(RedrivenRecord.Completed(letter, Original with { Headers = [] }));
        Assert.Null(RedrivenRecord.Completed(letter, Original with { Key = Bytes("other") }));
        Assert.Null(RedrivenRecord.Completed(letter, null));
    }

    private static DeadLetterContent Letter(DeadLetter letter, TraceContext? trace = null)
    {
        var sent = DeadLetterRecord.Of(letter, "0011", trace);
        var record = new ConsumedRecord(
            new Coordinates("order-events.billing.dead-letters", 0, 0), DateTimeOffset.UtcNow, sent.Key, sent.Value,
            [.. sent.Headers.Select(header => new RecordHeader(header.Key, header.GetValueBytes()))]);
        return LetterReader.Content(LetterReader.Entry("billing", record), record);
    }

    private static ConsumedRecord Redriven(DeadLetterContent letter)
    {
        var sent = RedrivenRecord.Of(letter);
        return new ConsumedRecord(
            letter.Entry.Origin!.Value, DateTimeOffset.UtcNow, sent.Key, sent.Value,
            [.. sent.Headers.Select(header => new RecordHeader(header.Key, header.GetValueBytes()))]);
    }

    private static string? Text(ConsumedRecord record, string header) =>
        record.LastHeader(header) is { } value ? Encoding.UTF8.GetString(value) : null;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
