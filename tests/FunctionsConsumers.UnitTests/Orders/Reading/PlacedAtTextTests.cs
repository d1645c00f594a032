namespace FunctionsConsumers.UnitTests.Orders.Reading;

public sealed class PlacedAtTextTests
{
    [Theory]
    [InlineData("0001-01-01T00:00:00+01:00", "lies outside the years 0001 to 9999 in UTC")]
    [InlineData("9999-12-31T23:59:59.5-00:30", "lies outside the years 0001 to 9999 in UTC")]
    [InlineData("2026-11-21T10:00:00+14:01", "has an offset of more than 14 hours")]
    [InlineData("2026-11-21T10:00:00-15:00", "has an offset of more than 14 hours")]
    [InlineData("2016-12-31T23:59:60Z", "is a leap second, which is not read")]
    [InlineData("2026-11-21T24:00:00Z", "gives the end of a day as hour 24, which is not read")]
    [InlineData("20261121T100000Z", "is ISO 8601 in a form that is not read")]
    [InlineData("2026-W47-6", "is ISO 8601 in a form that is not read")]
    [InlineData("2026-325", "is ISO 8601 in a form that is not read")]
    [InlineData("2026-11", "is ISO 8601 in a form that is not read")]
    [InlineData("2026-11-21T10:00:00,5Z", "is ISO 8601 in a form that is not read")]
    [InlineData("2026-11-21T10:00:00+0100", "is ISO 8601 in a form that is not read")]
    [InlineData("2026-11-21 10:00:00Z", "is written with a blank or a small letter where ISO 8601 has T and Z")]
    [InlineData("2026-11-21t10:00:00z", "is written with a blank or a small letter where ISO 8601 has T and Z")]
    [InlineData("yesterday", "is no ISO 8601 time")]
    [InlineData("2026-11-21T10:00:00.", "is no ISO 8601 time")]
    [InlineData("2026-11-21T10:00:00.Z", "is no ISO 8601 time")]
    [InlineData("2026-13-45", "is no ISO 8601 time")]
    [InlineData("21.11.2026", "is no ISO 8601 time")]
    public void A_time_that_is_not_read_is_called_what_it_is(string placedAt, string kind)
    {
        var rejection = Decoding.Rejected($$"""{"order_id":"1","product":"Mouse","placed_at":"{{placedAt}}"}""");

        Assert.Equal("not-an-order", rejection.Reason);
        Assert.Equal($"The placed_at '{placedAt}' {kind}: write it as 2026-11-21T10:00:00Z, or leave it out.", rejection.Detail);
    }

    [Fact]
    public void A_time_as_a_number_is_told_to_be_no_string() =>
        Assert.StartsWith("The placed_at is no string",
            Decoding.Rejected("""{"order_id":"1","product":"Mouse","placed_at":1763719200}""").Detail, StringComparison.Ordinal);

    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("0001-01-01T01:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59.9999999")]
    public void The_first_and_the_last_instant_are_read(string placedAt) =>
        Assert.NotNull(Decoding.Order($$"""{"order_id":"1","product":"Mouse","placed_at":"{{placedAt}}"}""").PlacedAt);
}
