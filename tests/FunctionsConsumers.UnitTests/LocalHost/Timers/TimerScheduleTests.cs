using System.Globalization;
using FunctionsConsumers.LocalHost.Timers;

namespace FunctionsConsumers.UnitTests.LocalHost.Timers;

public sealed class TimerScheduleTests
{
    [Theory]
    [InlineData("0 * * * * *", "2026-11-21T10:00:00Z", "2026-11-21T10:01:00Z")]
    [InlineData("30 * * * * *", "2026-11-21T10:00:29.5Z", "2026-11-21T10:00:30Z")]
    [InlineData("0 15 * * * *", "2026-11-21T23:15:00Z", "2026-11-22T00:15:00Z")]
    [InlineData("0 */5 9-17 * * mon-fri", "2026-11-20T17:55:00Z", "2026-11-23T09:00:00Z")]
    [InlineData("0 0 0 29 2 *", "2026-11-21T10:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 12 * * *", "2026-11-21T12:30:00+02:00", "2026-11-21T12:00:00Z")]
    public void A_schedule_with_seconds_is_read_in_utc(string schedule, string after, string next) => Assert.Equal(
        DateTimeOffset.Parse(next, CultureInfo.InvariantCulture),
        TimerSchedule.Parse(schedule).NextAfter(DateTimeOffset.Parse(after, CultureInfo.InvariantCulture)));

    [Fact]
    public void A_day_that_never_comes_is_no_endless_search() =>
        Assert.Null(TimerSchedule.Parse("0 0 0 30 2 *").NextAfter(DateTimeOffset.UnixEpoch));

    [Theory]
    [InlineData("* * * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("0 0 0 * x *")]
    public void What_is_no_schedule_is_refused_and_quoted(string schedule) =>
        Assert.StartsWith(
            $"'{schedule}': ", Assert.Throws<FormatException>(() => TimerSchedule.Parse(schedule)).Message, StringComparison.Ordinal);
}
