using FunctionsConsumers.Cli.CommandLine;

namespace FunctionsConsumers.UnitTests.Cli.CommandLine;

public sealed class TimeOptionTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("90s", "2026-11-27T11:58:30Z")]
    [InlineData("15m", "2026-11-27T11:45:00Z")]
    [InlineData("2h", "2026-11-27T10:00:00Z")]
    [InlineData("3d", "2026-11-24T12:00:00Z")]
    [InlineData("2026-11-21", "2026-11-21T00:00:00Z")]
    [InlineData("2026-11-21T10:00:00+02:00", "2026-11-21T08:00:00Z")]
    public void A_time_is_how_long_ago_or_a_date(string text, string time) =>
        Assert.Equal(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture), TimeOption.Parse(text, Now));

    [Theory]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("5")]
    [InlineData("-2h")]
    [InlineData("99999999d")]
    [InlineData("yesterday")]
    public void Anything_else_is_none(string text) => Assert.Null(TimeOption.Parse(text, Now));
}
