using FunctionsConsumers.Operations.Hosts;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsConsumers.UnitTests.Operations.Hosts;

public sealed class GroupTallyTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 21, 23, 30, 0, TimeSpan.Zero));
    private readonly GroupTally _tally;

    public GroupTallyTests() => _tally = new GroupTally(_time);

    [Fact]
    public void Records_of_20_seconds_are_summed_up_and_later_ones_stand_by_themselves()
    {
        _tally.Add(new Slot(0, Applied: 3, Duplicates: 1));
        _time.Advance(TimeSpan.FromSeconds(19));
        _tally.Add(new Slot(0, Applied: 2, DeadLettered: 1));
        _time.Advance(TimeSpan.FromSeconds(1));
        _tally.Add(new Slot(0, Healed: 4));

        var first = Slot.At(_time.GetUtcNow()) - 1;
        Assert.Equal([new Slot(first, 5, 1, 1), new Slot(first + 1, Healed: 4)], _tally.Read().Slots);
    }

    [Fact]
    public void What_is_an_hour_old_is_forgotten_and_the_day_still_has_it()
    {
        _tally.Add(new Slot(0, Applied: 3));
        _time.Advance(TimeSpan.FromMinutes(29));
        _tally.Add(new Slot(0, Applied: 2));
        Assert.Equal(2, _tally.Read().Slots.Count);
        _time.Advance(TimeSpan.FromMinutes(59));

        Assert.Equal([2L], _tally.Read().Slots.Select(slot => slot.Applied));
        Assert.Equal(5, _tally.Read().Days[new DateOnly(2026, 11, 21)].Applied);
    }

    [Fact]
    public void Records_after_midnight_are_of_the_next_day_and_two_days_are_kept()
    {
        for (var day = 0; day < 3; day++)
        {
            _tally.Add(new Slot(0, Applied: 1 + day, Duplicates: 1, DeadLettered: 1, Healed: 1));
            _time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(
            [
                KeyValuePair.Create(new DateOnly(2026, 11, 22), new DayFigures(2, 1, 1, 1)),
                KeyValuePair.Create(new DateOnly(2026, 11, 23), new DayFigures(3, 1, 1, 1)),
            ],
            _tally.Read().Days.OrderBy(day => day.Key));
    }

    [Fact]
    public void The_lag_is_noted_where_it_was_read_and_the_last_reading_counts()
    {
        var at = _time.GetUtcNow();
        _tally.Add(new Slot(0, Applied: 1));
        _tally.LagSeen(at, 7);
        _tally.LagSeen(at, 5);

        Assert.Equal([new Slot(Slot.At(at), 1, Lag: 5)], _tally.Read().Slots);
    }

    [Fact]
    public void A_long_error_is_shortened_and_the_newest_is_kept()
    {
        _tally.Failed("first");
        _time.Advance(TimeSpan.FromSeconds(5));
        _tally.Failed(new string('x', 600));

        var error = _tally.Read().Error!;
        Assert.Equal((501, _time.GetUtcNow()), (error.Text.Length, error.At));
        Assert.EndsWith("x…", error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_writes_the_figures_sees_that_something_was_counted()
    {
        var before = _tally.Version;
        _tally.LagSeen(_time.GetUtcNow(), 1);
        Assert.Equal(before, _tally.Version);

        _tally.Add(new Slot(0, Applied: 1));
        var counted = _tally.Version;
        _tally.Failed("no");
        Assert.True(counted > before && _tally.Version > counted);
    }
}
