using FunctionsConsumers.EffectivelyOnce.Progress;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Progress;

public sealed class OffsetIntervalsTests
{
    [Fact]
    public void Intervals_that_touch_become_one()
    {
        var set = new OffsetIntervals();
        set.Add(5, 7);
        set.Add(0, 3);
        set.Add(3, 5);
        Assert.Equal("0-7", set.ToString());
    }

    [Fact]
    public void What_is_missing_lies_between_the_intervals_and_at_the_ends()
    {
        var set = OffsetIntervals.Parse("3-5,8-9");
        Assert.Equal([(0, 3), (5, 8), (9, 12)], set.Missing(0, 12));
        Assert.Equal([(5, 6)], set.Missing(4, 6));
        Assert.Empty(set.Missing(3, 5));
        Assert.Equal([(10, 12)], set.Missing(10, 12));
    }

    [Theory]
    [InlineData("3")]
    [InlineData("5-3")]
    [InlineData("-1-3")]
    [InlineData("a-b")]
    public void Text_that_is_no_list_of_intervals_is_refused(string text) =>
        Assert.Throws<FormatException>(() => OffsetIntervals.Parse(text));

    [Fact]
    public void It_holds_just_what_a_plain_set_of_offsets_holds()
    {
        const int Seed = 20261121;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        for (var round = 0; round < 500; round++)
        {
            var (set, plain) = (new OffsetIntervals(), new SortedSet<long>());
            for (var i = 0; i < 30; i++)
            {
                var from = random.Next(60);
                var to = from + random.Next(6);
                set.Add(from, to);
                plain.UnionWith(Enumerable.Range(from, to - from).Select(offset => (long)offset));
            }

            Assert.Equal(plain,
                set.Intervals.SelectMany(interval => Enumerable.Range((int)interval.From,
                (int)(interval.To - interval.From)).Select(offset => (long)offset)));
            Assert.All(Enumerable.Range(0, 70), offset => Assert.Equal(plain.Contains(offset), set.Contains(offset)));
            Assert.Equal(set.ToString(), OffsetIntervals.Parse(set.ToString()).ToString());
            Assert.Equal(
                Enumerable.Range(0, 70).Select(offset => (long)offset).Where(offset => !plain.Contains(offset)),
                set.Missing(0, 70).SelectMany(
                gap => Enumerable.Range((int)gap.From, (int)(gap.To - gap.From)).Select(offset => (long)offset)));
        }
    }
}
