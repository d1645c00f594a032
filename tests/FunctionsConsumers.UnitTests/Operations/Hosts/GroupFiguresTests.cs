using FunctionsConsumers.Operations.Hosts;

namespace FunctionsConsumers.UnitTests.Operations.Hosts;

public sealed class GroupFiguresTests
{
    // 10 s into a slot.
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_010);
    private static readonly long Last = Slot.At(Now);

    [Fact]
    public void What_several_hosts_handled_is_summed_up_slot_by_slot()
    {
        var figures = Of(
            Row("a", new Slot(Last - 1, Applied: 10, Duplicates: 2), new Slot(Last, Applied: 5)),
            Row("b", new Slot(Last - 1, Applied: 20, DeadLettered: 1), new Slot(Last - 100, Healed: 3)),
            Row("other", new Slot(Last, Applied: 1000)) with { Group = "inventory" });

        Assert.Equal(new DayFigures(35, 2, 1, 3), figures.LastHour);
        Assert.Equal(33, figures.Hour[^2].Settled);
        Assert.Equal((Slot.InAnHour, Last), (figures.Hour.Count, figures.Hour[^1].Number));

        // 33 and 5 records in 20 s and the 10 s of the slot under way.
        Assert.Equal(1.3, figures.PerSecond);
    }

    [Fact]
    public void What_is_older_than_an_hour_does_not_count()
    {
        var figures = Of(Row("a", new Slot(Last - Slot.InAnHour, Applied: 100), new Slot(Last - Slot.InAnHour + 1, Applied: 7)));

        Assert.Equal(7, figures.LastHour.Applied);
    }

    [Fact]
    public void Of_hosts_that_saw_the_lag_at_once_the_one_that_wrote_last_is_right()
    {
        var figures = Of(
            Row("late", new Slot(Last, Lag: 3)) with { SeenAt = Now },
            Row("early", new Slot(Last, Lag: 9)) with { SeenAt = Now.AddSeconds(-5) });

        Assert.Equal(3, figures.Hour[^1].Lag);
    }

    [Theory]
    [InlineData(LagTrend.Rising, 5L, null, 9L)]
    [InlineData(LagTrend.Falling, 9L, null, 5L)]
    [InlineData(LagTrend.Steady, 5L, 9L, 5L)]
    [InlineData(LagTrend.Unknown, null, null, 5L)]
    public void Whether_the_lag_rises_is_told_by_the_last_minute(LagTrend trend, long? before, long? between, long? now)
    {
        var figures = Of(Row(
            "a", new Slot(Last - 50, Lag: 1000), new Slot(Last - 3, Lag: before), new Slot(Last - 1, Lag: between),
            new Slot(Last, Lag: now)));

        Assert.Equal(trend, figures.Trend);
    }

    [Theory]
    [InlineData(true, 1, 2, 0)]
    [InlineData(false, 1, 2, 1)]
    [InlineData(false, 2, 2, 0)]
    [InlineData(false, 2, 1, 0)]
    public void A_group_whose_lag_rises_and_that_settles_nothing_stands_still(bool isIdle, long before, long now, long applied)
    {
        var figures = Of(Row("a", new Slot(Last - 3, Lag: before), new Slot(Last - 2, applied), new Slot(Last, Lag: now)));

        Assert.Equal(isIdle, figures.IsIdle);
    }

    [Fact]
    public void The_newest_error_of_any_host_is_told_with_where_it_was()
    {
        var figures = Of(
            Row("a") with { Error = new LastError(Now.AddMinutes(-2), "older"), Process = 1 },
            Row("b") with { Error = new LastError(Now.AddMinutes(-1), "newer"), Process = 2, Machine = "web2" },
            Row("c"));

        Assert.Equal(new HostError(Now.AddMinutes(-1), "newer", "web2", 2), figures.Error);
    }

    [Fact]
    public void A_group_of_which_no_host_has_written_has_figures_of_nothing()
    {
        var figures = Of();

        Assert.Equal((0, LagTrend.Unknown, new DayFigures(), null), (figures.PerSecond, figures.Trend, figures.LastHour, figures.Error));
        Assert.All(figures.Series.Lag, Assert.Null);
    }

    [Fact]
    public void The_series_begin_with_the_oldest_slot_and_leave_none_out()
    {
        var series = Of(Row("a", new Slot(Last, Applied: 2, Duplicates: 1, Lag: 4))).Series;

        Assert.Equal(((Last - Slot.InAnHour + 1) * 20, 20), (series.From, series.StepSeconds));
        Assert.Equal((3, 1, 4), (series.Settled[^1], series.Duplicates[^1], series.Lag[^1]));
        Assert.Equal((Slot.InAnHour, Slot.InAnHour), (series.Settled.Count, series.Lag.Count));
    }

    private static GroupFigures Of(params HostRow[] rows) => GroupFigures.Of("billing", rows, new DayFigures(), Now);

    private static HostRow Row(string life, params Slot[] slots) =>
        new(life, "web1", 1, Now.AddHours(-2), Now.AddSeconds(-1), "billing", slots, null);
}
