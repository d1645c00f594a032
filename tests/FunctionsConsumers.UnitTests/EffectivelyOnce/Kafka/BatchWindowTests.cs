using FunctionsConsumers.EffectivelyOnce.Kafka;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Kafka;

public sealed class BatchWindowTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_full_batch_is_due_at_once()
    {
        var window = Window(size: 2);
        window.Add(1);
        Assert.False(window.IsDue);
        window.Add(2);
        Assert.True(window.IsDue);
        Assert.Equal([1, 2], window.Take());
        Assert.False(window.IsDue);
    }

    [Fact]
    public void A_partial_batch_is_due_when_the_window_has_passed()
    {
        var window = Window(size: 10);
        window.Add(1);
        _time.Advance(Second - TimeSpan.FromMilliseconds(1));
        Assert.False(window.IsDue);
        Assert.Equal(TimeSpan.FromMilliseconds(1), window.TimeLeft);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(window.IsDue);
        Assert.Equal([1], window.Take());
    }

    [Fact]
    public void Windows_follow_each_other_so_that_a_record_waits_at_most_one()
    {
        var window = Window(size: 10);
        _time.Advance(1.5 * Second);
        Assert.Equal(Second, window.TimeLeft);
        _time.Advance(0.75 * Second);
        window.Add(1);
        Assert.Equal(0.25 * Second, window.TimeLeft);
    }

    [Fact]
    public void An_empty_window_is_never_due()
    {
        var window = Window(size: 1);
        _time.Advance(5 * Second);
        Assert.False(window.IsDue);
    }

    [Fact]
    public void Taking_a_batch_begins_the_next_window()
    {
        var window = Window(size: 1);
        _time.Advance(0.75 * Second);
        window.Add(1);
        window.Take();
        Assert.Equal(Second, window.TimeLeft);
    }

    [Fact]
    public void More_than_a_batch_is_taken_in_order_batch_by_batch()
    {
        var window = Window(size: 2);
        foreach (var item in Enumerable.Range(1, 5))
        {
            window.Add(item);
        }

        Assert.Equal([1, 2], window.Take());
        Assert.Equal([3, 4], window.Take());
        Assert.False(window.IsDue);
        Assert.Equal([5], window.Take());
    }

    [Fact]
    public void What_is_dropped_is_not_taken()
    {
        var window = Window(size: 3);
        window.Add(1);
        window.Add(2);
        window.Add(3);
        Assert.Equal(1, window.Drop(item => item == 2));
        Assert.False(window.IsFull);
        Assert.Equal([1, 3], window.Take());
    }

    private BatchWindow<int> Window(int size) => new(size, Second, _time);
}
