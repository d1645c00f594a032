using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.DeadLetters;
using FunctionsConsumers.Operations.DeadLetters;

namespace FunctionsConsumers.UnitTests.Operations.DeadLetters;

public sealed class LetterReaderTests
{
    private static readonly Coordinates Origin = new("order-events", 3, 17);

    [Fact]
    public void A_letter_tells_where_its_record_stood_and_why_it_is_here()
    {
        var entry = LetterReader.Entry("billing", Letter([new RecordHeader("traceparent", Bytes("00-1"))]));

        Assert.Equal(
            ("0011", "billing", "bad-price", "No price.", Origin), (entry.Id, entry.Group, entry.Reason, entry.Detail, entry.Origin));
        Assert.Equal((new DateTimeOffset(2026, 11, 27, 10, 0, 0, TimeSpan.Zero), "k", 0, true),
            (entry.Time, entry.Key, entry.Redrives, entry.IsWhole));
    }

    [Fact]
    public void The_records_own_headers_are_told_from_the_letters_also_where_it_was_redriven_with_headers_of_an_earlier_letter()
    {
        RecordHeader[] own = [new("message-id", Bytes("m-1")), new("dead-letter-reason", Bytes("earlier")),
            new("redrive-count", Bytes("2")), new("redrive-of", Bytes("ffee"))];

        var entry = LetterReader.Entry("billing", Letter(own));
        var content = LetterReader.Content(entry, Letter(own));

        Assert.Equal(("0011", "bad-price", 2, "ffee"), (entry.Id, entry.Reason, entry.Redrives, entry.RedriveOf));
        Assert.Equal(own.Select(header => header.Name), content.Headers.Select(header => header.Name));
    }

    [Fact]
    public void A_letter_without_its_value_says_so_and_has_none()
    {
        var record = new ConsumedRecord(Origin, DateTimeOffset.UnixEpoch.AddDays(1), Bytes("k"), Bytes("{\"order_id\": 1}"), []);
        var omitted = Sent(new DeadLetter("billing", "too-large", "Too large.", DateTimeOffset.UnixEpoch, record).Smaller()!);

        var content = LetterReader.Content(LetterReader.Entry("billing", omitted), omitted);

        Assert.False(content.Entry.IsWhole);
        Assert.Null(content.Value);
        Assert.NotNull(content.Key);
    }

    [Fact]
    public void A_record_that_is_no_letter_is_listed_by_its_place()
    {
        var entry = LetterReader.Entry(
            "billing", new ConsumedRecord(new Coordinates("order-events.billing.dead-letters", 0, 5), null, null, Bytes("x"), []));

        Assert.Equal(("order-events.billing.dead-letters:0:5", null, null), (entry.Id, entry.Reason, entry.Origin));
    }

    private static ConsumedRecord Letter(IReadOnlyList<RecordHeader> own) => Sent(new DeadLetter(
        "billing", "bad-price", "No price.", new DateTimeOffset(2026, 11, 27, 10, 0, 0, TimeSpan.Zero),
        new ConsumedRecord(Origin, DateTimeOffset.UnixEpoch.AddDays(1), Bytes("k"), Bytes("{}"), own)));

    private static ConsumedRecord Sent(DeadLetter letter)
    {
        var sent = DeadLetterRecord.Of(letter, "0011", null);
        return new ConsumedRecord(
            new Coordinates("order-events.billing.dead-letters", 0, 0), DateTimeOffset.UtcNow, sent.Key, sent.Value,
            [.. sent.Headers.Select(header => new RecordHeader(header.Key, header.GetValueBytes()))]);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
