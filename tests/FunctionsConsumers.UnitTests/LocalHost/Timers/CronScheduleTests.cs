using System.Globalization;
using FunctionsConsumers.LocalHost.Timers;

namespace FunctionsConsumers.UnitTests.LocalHost.Timers;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("0 * * * * *", "2026-11-21T10:00:00Z", "2026-11-21T10:01:00Z")]
    [InlineData("30 * * * * *", "2026-11-21T10:00:29.5Z", "2026-11-21T10:00:30Z")]
    [InlineData("0 15 * * * *", "2026-11-21T23:15:00Z", "2026-11-22T00:15:00Z")]
    [InlineData("0 */5 9-17 * * 1-5", "2026-11-20T17:55:00Z", "2026-11-23T09:00:00Z")]
    [InlineData("*/20 0 0 1 1 *", "2026-11-21T10:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("0 0 0 29 2 *", "2026-11-21T10:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("5,50 10/25 * * * *", "2026-11-21T10:10:50Z", "2026-11-21T10:35:05Z")]
    public void The_next_instant_is_found(string schedule, string after, string next) => Assert.Equal(
        DateTimeOffset.Parse(next, CultureInfo.InvariantCulture),
        CronSchedule.Parse(schedule).NextAfter(DateTimeOffset.Parse(after, CultureInfo.InvariantCulture)));

    [Fact]
    public void A_day_that_never_comes_is_no_endless_search() =>
        Assert.Null(CronSchedule.Parse("0 0 0 30 2 *").NextAfter(DateTimeOffset.UnixEpoch));

    [Theory]
    [InlineData("* * * * *", "six")]
    [InlineData("60 * * * * *", "second")]
    [InlineData("0 */0 * * * *", "minute")]
    [InlineData("0 0 9-8 * * *", "hour")]
    [InlineData("0 0 0 0 * *", "day of month")]
    [InlineData("0 0 0 * x *", "month")]
    [InlineData("0 0 0 * * 1-2-3", "day of week")]
    public void A_malformed_schedule_is_refused_by_its_field(string schedule, string named) =>
        Assert.Contains(named, Assert.Throws<FormatException>(() => CronSchedule.Parse(schedule)).Message, StringComparison.Ordinal);
}
