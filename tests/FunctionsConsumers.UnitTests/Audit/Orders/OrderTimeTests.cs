using System.Globalization;
using FunctionsConsumers.Audit.Orders;
using FunctionsConsumers.UnitTests.Orders.Reading;

namespace FunctionsConsumers.UnitTests.Audit.Orders;

public sealed class OrderTimeTests
{
    [Theory]
    [InlineData("2026-11-21", "2026-11-21T00:00:00.0000000Z")]
    [InlineData("2026-11-21T10:00", "2026-11-21T10:00:00.0000000Z")]
    [InlineData("2026-11-21T10:00:00.5+01:00", "2026-11-21T09:00:00.5000000Z")]
    [InlineData("2026-11-21T10:00:00-0130", null)]
    [InlineData("2026-11-21T10:00-14", "2026-11-22T00:00:00.0000000Z")]
    [InlineData("2026-11-21T10:00:00.1234567890123456Z", "2026-11-21T10:00:00.1234567Z")]
    [InlineData("2026-11-21T10:00:00.12345678901234567Z", null)]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000Z")]
    [InlineData("0001-01-01T00:00:00+01:00", null)]
    [InlineData("9999-12-31T23:59:59.9999999-00:01", null)]
    [InlineData("2024-02-29", "2024-02-29T00:00:00.0000000Z")]
    [InlineData("2023-02-29", null)]
    [InlineData("2016-12-31T23:59:60Z", null)]
    [InlineData("2026-11-21T24:00:00Z", null)]
    [InlineData("2026-11-21T10:00:00+14:01", null)]
    [InlineData("2026-11-21T10:00:00-00:00", "2026-11-21T10:00:00.0000000Z")]
    [InlineData("2026-11-21T10:00:00.Z", null)]
    [InlineData("2026-W47-6", null)]
    [InlineData("2026-11-21T10:00:00z", null)]
    [InlineData("2026-11-21 10:00:00Z", null)]
    [InlineData("", null)]
    public void A_time_is_its_instant(string text, string? instant) =>
        Assert.Equal(instant, OrderTime.Read(text)?.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture));

    [Fact]
    public void The_times_read_are_those_that_the_decoder_reads()
    {
        var random = new Random(7);
        var pieces = new[]
        {
            "2026", "0001", "9999", "-", "11", "02", "31", "T", "10", ":", "59", "60", ".", "5", "123456789", "Z", "+", "01", "14", "00",
        };
        for (var input = 0; input < 20_000; input++)
        {
            var text = input % 2 == 0
                ? string.Concat(Enumerable.Range(0, random.Next(14)).Select(_ => pieces[random.Next(pieces.Length)]))
                : Spoiled(random);
            var decoded = Decoding.Decode($$"""{"order_id":"1","product":"Mouse","placed_at":"{{text}}"}""");
            Assert.True(decoded.Event?.PlacedAt?.UtcDateTime == OrderTime.Read(text),
                $"{text}: {decoded.Event?.PlacedAt:O} {decoded.Rejection?.Detail}, audit: {OrderTime.Read(text):O}");
        }
    }

    private static string Spoiled(Random random)
    {
        var text = new[] { "2026-11-21T10:00:00.5+01:00", "2026-11-21T10:00Z", "2024-02-29", "0001-01-01T00:30:00+01",
            "9999-12-31T23:30:00.9999999-01:00" }[random.Next(5)].ToCharArray();
        for (var times = random.Next(3); times > 0; times--)
        {
            text[random.Next(text.Length)] = "0123459:-+TZ."[random.Next(13)];
        }

        return new string(text);
    }
}
